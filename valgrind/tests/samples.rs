//! The recorded samples: what they say, and that cutting them anywhere only loses the end.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use threadproof_valgrind::{Addon, Completeness, Frame, Kind, ParseError, Report, Role, sites};

const SAMPLES: [&str; 7] = [
    "abort",
    "addon-in-worker",
    "clean",
    "leak",
    "overflow",
    "suppressed",
    "uninit",
];

fn bytes(sample: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/{sample}.xml"));
    std::fs::read(path).expect("the sample is there")
}

fn report(sample: &str) -> Report {
    Report::parse(&bytes(sample)).expect("the sample is a report")
}

/// What a person would want to see of a report, on one page.
fn summary(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "{line}").expect("a string takes any text");
    line(report.program_args.join(" "));
    line(format!(
        "pid {} of parent {}; valgrind with {} arguments; {} lines of preamble",
        report.pid.is_some(),
        report.ppid.is_some(),
        report.valgrind_args.len() - 1,
        report.preamble.len()
    ));
    for state in &report.states {
        line(format!("{:?}", state.status));
    }
    line(format!(
        "{:?}, conclusive: {}",
        report.completeness,
        report.is_conclusive()
    ));
    let frames = |stack: &[Frame]| {
        stack
            .iter()
            .map(|frame| format!("      {frame}"))
            .collect::<Vec<_>>()
    };
    for error in &report.errors {
        line(format!(
            "{:#x} thread {} {} × {}: {}",
            error.unique,
            error.tid,
            error.kind,
            report.occurrences(error),
            error.what
        ));
        if let Some(leaked) = error.leaked {
            line(format!(
                "  {} bytes, {} blocks",
                leaked.bytes, leaked.blocks
            ));
        }
        if let Some(role) = Addon::Any.role(error) {
            line(format!("  the addon's: {role:?}"));
        }
        frames(&error.stack).into_iter().for_each(&mut line);
        for aux in &error.aux {
            line(format!("    {}", aux.what));
            frames(&aux.stack).into_iter().for_each(&mut line);
        }
    }
    if let Some(signal) = &report.fatal_signal {
        line(format!(
            "{} ({}) in thread {}",
            signal.name, signal.signal, signal.tid
        ));
        frames(&signal.stack).into_iter().for_each(&mut line);
    }
    for used in &report.suppressed {
        line(format!("suppressed {} × {}", used.name, used.count));
    }
    text
}

#[test]
fn each_sample_reads_as_recorded() {
    for sample in SAMPLES {
        insta::assert_snapshot!(sample, summary(&report(sample)));
    }
}

#[test]
fn every_sample_has_its_line_in_the_readme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("the readme is there");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".xml").map(str::to_owned))
        .collect();
    found.sort();
    assert_eq!(found, SAMPLES);
    for sample in SAMPLES {
        assert!(readme.contains(&format!("`{sample}.xml`")), "{sample}");
    }
}

#[test]
fn the_addon_is_told_from_node() {
    let report = report("addon-in-worker");
    let found = sites(&report, &Addon::Any);
    let places: Vec<_> = found
        .iter()
        .map(|site| {
            (
                site.frames.last().map(ToString::to_string),
                site.leaked.blocks,
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (Some("napi_register_module_v1 (addon.c:17)".to_owned()), 1),
            (Some("lose (addon.c:6)".to_owned()), 5),
        ]
    );
    assert!(found.iter().all(|site| site.role == Role::Direct));
    let nodes = report
        .errors
        .iter()
        .filter(|e| Addon::Any.role(e).is_none());
    assert_eq!(
        nodes.map(|e| &e.kind).collect::<Vec<_>>(),
        [&Kind::LeakPossiblyLost]
    );
    assert_eq!(sites(&report, &Addon::At("/src/addon.node".into())), found);
    assert_eq!(sites(&report, &Addon::At("/src/other.node".into())), []);
}

/// `dlopen` maps the addon elsewhere in the next worker: the records differ in addresses only.
#[test]
fn records_of_one_place_become_one_site() {
    let mut report = report("addon-in-worker");
    for error in &mut report.errors {
        // JavaScript that the addon calls and that calls it again.
        error.stack.insert(1, Frame::default());
    }
    let mut again = report.errors.clone();
    for error in &mut again {
        error.unique += 1000;
        error
            .stack
            .iter_mut()
            .for_each(|frame| frame.ip += 0x10_0000);
        // Generated code below the addon's part differs altogether.
        error.stack.pop();
    }
    report.errors.extend(again);
    let found = sites(&report, &Addon::Any);
    let counts: Vec<_> = found.iter().map(|s| (s.records, s.leaked.blocks)).collect();
    assert_eq!(counts, [(2, 2), (2, 10)]);
}

/// JavaScript that the addon called has called it again: both belong to the place.
#[test]
fn the_addons_part_reaches_to_its_outermost_frame() {
    let mut report = report("addon-in-worker");
    let outer = Frame {
        function: Some("outer".into()),
        obj: Some("/src/addon.node".into()),
        ..Frame::default()
    };
    for error in &mut report.errors {
        if Addon::Any.role(error).is_some() {
            error.stack.insert(10, outer.clone());
        }
    }
    let found = sites(&report, &Addon::Any);
    assert_eq!(found.len(), 2);
    for site in found {
        assert_eq!(site.frames.len(), 11);
        assert_eq!(site.frames.last(), Some(&outer));
    }
}

#[test]
fn memory_of_the_addon_that_others_touch_is_the_addons_too() {
    let mut report = report("overflow");
    let freed = &mut report.errors[1];
    freed.stack = vec![Frame {
        ip: 1,
        ..Frame::default()
    }];
    freed.aux[0].stack[1].obj = Some("/src/addon.node (deleted)".into());
    let found = sites(&report, &Addon::Any);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].role, Role::Indirect);
}

#[test]
fn what_is_no_report_says_what_to_do() {
    let refused = |text: &str| Report::parse(text.as_bytes()).expect_err("no report");
    assert_eq!(refused(""), ParseError::Empty);
    assert_eq!(refused(" \n"), ParseError::Empty);
    let message = refused("==1== Memcheck, a memory error detector").to_string();
    assert!(message.contains("--xml=yes"), "{message}");
    assert!(refused("<html></html>").to_string().contains("<html>"));
    let of = |line: &str| refused(&format!("<?xml version=\"1.0\"?><valgrindoutput>{line}"));
    assert_eq!(
        of("<protocolversion>3</protocolversion>"),
        ParseError::Protocol("3".into())
    );
    assert_eq!(
        of("<protocoltool>helgrind</protocoltool>"),
        ParseError::Tool("helgrind".into())
    );
}

#[test]
fn a_cut_file_is_never_conclusive() {
    let whole = bytes("leak");
    let end = whole.len() - "</valgrindoutput>".len() - 2;
    let cut = Report::parse(&whole[..end]).expect("a truncated report");
    assert!(matches!(cut.completeness, Completeness::Truncated { .. }));
    assert!(!cut.is_conclusive());
    assert_eq!(cut.errors, report("leak").errors);
}

#[test]
fn a_file_cut_at_any_byte_keeps_the_errors_before_it() {
    for sample in SAMPLES {
        let whole = bytes(sample);
        let expected = report(sample);
        let ends: Vec<usize> = whole
            .windows(8)
            .enumerate()
            .filter(|(_, window)| window == b"</error>")
            .map(|(at, _)| at + 8)
            .collect();
        // Every 7th byte and each end: all of them would take long in the biggest.
        let cuts = (0..whole.len()).step_by(7).chain(ends.iter().copied());
        for cut in cuts {
            let errors = Report::parse(&whole[..cut]).map_or_else(|_| Vec::new(), |r| r.errors);
            let complete = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(errors.len(), complete, "{sample} cut at {cut}");
            assert_eq!(errors, expected.errors[..complete], "{sample} cut at {cut}");
        }
    }
}

proptest! {
    #[test]
    fn a_cut_and_damaged_file_never_panics(
        sample in prop::sample::select(&SAMPLES[..]),
        cut in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = bytes(sample);
        bytes.truncate(cut.index(bytes.len()));
        let bytes_end_with_root = bytes.trim_ascii_end().ends_with(b"</valgrindoutput>");
        let whole = Report::parse(&bytes);
        for (at, byte) in damage {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let _ = Report::parse(&bytes);
        if let Ok(report) = whole {
            // Cutting the blanks after the root loses nothing.
            prop_assert_eq!(report.is_conclusive(), bytes_end_with_root);
            prop_assert!(report.errors.len() <= self::report(sample).errors.len());
        }
    }

    #[test]
    fn any_text_is_refused_or_read(text in any::<Vec<u8>>()) {
        let _ = Report::parse(&text);
    }
}
