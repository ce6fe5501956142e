//! A leak run in words.

use comfy_table::{Table, presets};

use super::{ALL, Judged, Leaks, Tool, Verdict};
use crate::report::rows_table;

const HEADER: [&str; 6] = [
    "target",
    "runtime",
    "tool",
    "program",
    "verdict",
    "a worker leaves",
];

/// For a terminal of so many columns.
pub fn table(leaks: &Leaks, width: Option<u16>) -> String {
    fill(rows_table(width), leaks)
}

/// For `summary.md` and documentation.
pub fn markdown(leaks: &Leaks) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    fill(table, leaks)
}

fn fill(mut table: Table, leaks: &Leaks) -> String {
    table.set_header(HEADER);
    for judged in &leaks.judged {
        table.add_row([
            judged.target.clone(),
            judged.runtime.clone(),
            judged.tool.to_string(),
            judged.program.clone(),
            word(judged.verdict).to_owned(),
            left(judged),
        ]);
    }
    table.trim_fmt()
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "clean",
        Verdict::Leaks => "LEAKS",
        Verdict::Faults => "FAULTS",
        Verdict::Inconclusive => "inconclusive",
    }
}

fn left(judged: &Judged) -> String {
    if let Some(first) = judged.faults.first() {
        let access = first.split("; ").next().unwrap_or(first);
        let more = match judged.faults.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return format!("{}{more}", shortened(access));
    }
    if let Some(known) = &judged.known {
        let total: f64 = judged.growing.iter().map(|one| one.per_worker).sum();
        return format!("{total:.2}, known: {known}");
    }
    if let Some(first) = judged.growing.first() {
        let total: f64 = judged.growing.iter().map(|one| one.per_worker).sum();
        let places = judged.growing.len();
        let told = format!("{total:.2} from {places}: {}", shortened(&first.site));
        let of_many = !judged.tool.names_places() && judged.program == ALL;
        return if of_many {
            format!("{told} (--deep says in which program)")
        } else {
            told
        };
    }
    if let Some(why) = &judged.inconclusive {
        return why.clone();
    }
    if judged.tool == Tool::Tsan {
        return "no race".to_owned();
    }
    if judged.resolution > 0.0 {
        format!("nothing (below {:.2})", judged.resolution)
    } else {
        "nothing, not a block of the target".to_owned()
    }
}

fn shortened(site: &str) -> String {
    const FRAMES: usize = 3;
    let frames: Vec<&str> = site.split(" < ").take(FRAMES).collect();
    frames.join(" < ")
}

/// Every place that leaks and every wrong access, a line each.
pub fn told(leaks: &Leaks) -> Vec<String> {
    let mut lines = Vec::new();
    for judged in &leaks.judged {
        let of = format!(
            "{} × {} × {}, {}",
            judged.target, judged.runtime, judged.program, judged.tool
        );
        for one in judged.growing.iter().filter(|_| judged.known.is_none()) {
            lines.push(format!(
                "{of}: each worker leaves {:.2} ({:.2} to {:.2}), {:.0} bytes: {}",
                one.per_worker, one.interval.0, one.interval.1, one.bytes_per_worker, one.site
            ));
        }
        lines.extend(judged.faults.iter().map(|fault| format!("{of}: {fault}")));
    }
    lines
}
