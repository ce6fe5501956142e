//! Each kind of hole is seen to be refused, in a small tree that is whole without it.

use std::{fs, path::Path};

use super::*;

const PAGE: &str = "# env/a

An addon must keep it
per env.

Source: Node-API, nodejs.org/api/n-api.html#x

## Why it matters

So.

## How it looks

| 24 | SIGABRT |

## How to fix it

### C

```c
## not a heading
```

### node-addon-api

Thus.

### napi-rs

Thus.
";
const SCENARIO: &str =
    "module.exports = scenario({\n  summary:\n    'it is kept',\n  cases: [] });";
const MANIFEST: &str = "title = \"kept\"\nrules = [\"env/a\"]\nsupports = [\"state\"]\nseen-in = \"x #1\"\nlink = [\"pthread\"]\n";
const PAGE_FILE: &str = "docs/rules/env/a.md";
const SCENARIO_FILE: &str = "js-tests/driver/scenarios/env/a.cjs";
const MANIFEST_FILE: &str = "harness/specimens/kept/specimen.toml";
const SOURCE_FILE: &str = "harness/specimens/kept/kept.c";

fn write(root: &Path, file: &str, text: &str) {
    let file = root.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// What is refused of the whole tree after a change.
fn refused(change: impl FnOnce(&Path)) -> String {
    let checked = checked(change);
    refusal(&checked.problems).unwrap_or_default()
}

fn checked(change: impl FnOnce(&Path)) -> Checked {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for (file, text) in [
        (PAGE_FILE, PAGE),
        (SCENARIO_FILE, SCENARIO),
        (MANIFEST_FILE, MANIFEST),
        (SOURCE_FILE, ""),
        ("docs/rules/README.md", ""),
        ("harness/specimens/include/specimen.h", ""),
        (ENDINGS, "[[text]]\nrules = [\"env/a\"]\n"),
    ] {
        write(root, file, text);
    }
    change(root);
    check(&read(root).unwrap())
}

#[track_caller]
fn assert_refused(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no `{part}` in:\n{message}");
    }
    assert_eq!(
        message
            .lines()
            .filter(|line| line.starts_with("- "))
            .count(),
        parts.len(),
        "{message}"
    );
}

#[test]
fn what_is_watched_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for watched in WATCHED {
        assert!(root.join(watched).exists(), "{watched}");
    }
}

#[test]
fn a_whole_catalogue_is_accepted_and_written() {
    let checked = checked(|_| {});
    assert_eq!(checked.problems, []);
    let text = generate(&checked, Path::new("/root"));
    for part in [
        r#"id: "env/a""#,
        r#"requirement: "An addon must keep it per env.""#,
        r#"source: "Node-API, nodejs.org/api/n-api.html#x""#,
        r#"include_str!("/root/docs/rules/env/a.md")"#,
        r#"summary: "it is kept""#,
        r#"link: &["pthread"], language: Language::C, detectors: &[Detector::Scenario], impossible: &[], control: false"#,
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

#[test]
fn a_rule_without_a_page_is_refused() {
    assert_refused(
        &refused(|root| fs::remove_file(root.join(PAGE_FILE)).unwrap()),
        &["env/a has no page\n    what to do: write docs/rules/env/a.md"],
    );
}

#[test]
fn a_rule_without_a_scenario_is_refused() {
    assert_refused(
        &refused(|root| fs::remove_file(root.join(SCENARIO_FILE)).unwrap()),
        &["env/a has no scenario\n    what to do: write js-tests/driver/scenarios/env/a.cjs"],
    );
}

#[test]
fn a_scenario_that_says_nothing_of_itself_is_refused() {
    for text in [
        "scenario({})",
        "scenario({ summary: '' })",
        "scenario({ summary: x })",
    ] {
        assert_refused(
            &refused(|root| write(root, SCENARIO_FILE, text)),
            &["env/a.cjs has no summary"],
        );
    }
}

#[test]
fn a_rule_without_a_specimen_is_refused() {
    let message = refused(|root| {
        write(root, MANIFEST_FILE, "title = \"x\"\ncontrol = true\n");
    });
    assert_refused(&message, &["env/a has no specimen that violates it"]);
}

#[test]
fn an_unknown_rule_of_a_specimen_or_an_ending_is_refused() {
    let message = refused(|root| {
        write(
            root,
            MANIFEST_FILE,
            &MANIFEST.replace("\"env/a\"", "\"env/a\", \"env/b\""),
        );
        write(root, ENDINGS, "[[exit]]\nrules = [\"env/c\"]\n");
    });
    assert_refused(
        &message,
        &[
            "specimen kept names env/b, which is no rule",
            "endings.toml names env/c, which is no rule",
        ],
    );
}

#[test]
fn an_unknown_family_is_refused() {
    let message = refused(|root| {
        write(root, "docs/rules/enf/a.md", &PAGE.replace("env/a", "enf/a"));
        write(root, "js-tests/driver/scenarios/enf/a.cjs", SCENARIO);
        write(
            root,
            MANIFEST_FILE,
            &MANIFEST.replace("\"env/a\"", "\"env/a\", \"enf/a\""),
        );
    });
    assert_refused(&message, &["enf/a is of the unknown family enf"]);
}

#[test]
fn a_page_of_another_form_is_refused() {
    let table: [(&str, &str, &str); 9] = [
        (
            "# env/a\n",
            "# env/b\n",
            "does not start with the heading `# env/a`",
        ),
        (
            "An addon must keep it\nper env.\n",
            "",
            "no paragraph that says what an addon must do",
        ),
        ("Source:", "See:", "has no line `Source: …`"),
        (
            "Source: Node-API, nodejs.org/api/n-api.html#x",
            "Source:",
            "has no line `Source: …`",
        ),
        ("## Why it matters", "## Why", "must have the sections"),
        ("\nSo.\n", "", "says nothing under `## Why it matters`"),
        (
            "### C\n",
            "",
            "must have `### C`, `### node-addon-api`, `### napi-rs`",
        ),
        (
            "### napi-rs\n\nThus.\n",
            "",
            "and has `### C`, `### node-addon-api`",
        ),
        (
            "### napi-rs\n\nThus.\n",
            "### napi-rs\n",
            "says nothing under `### napi-rs`",
        ),
    ];
    for (old, new, reason) in table {
        assert!(PAGE.contains(old), "{old}");
        let message = refused(|root| write(root, PAGE_FILE, &PAGE.replacen(old, new, 1)));
        assert_refused(&message, &["docs/rules/env/a.md "]);
        assert!(message.contains(reason), "no `{reason}` in:\n{message}");
    }
}

#[test]
fn a_manifest_of_another_form_is_refused() {
    let table = [
        ("title = \"kept\"", "", "title"),
        ("title = \"kept\"", "title = \" \"", "`title` is empty"),
        ("supports", "suports", "suports"),
        ("link", "detectors = []\nlink", "`detectors` is empty"),
        ("link", "detectors = [\"luck\"]\nlink", "luck"),
        (
            "link = [\"pthread\"]",
            "[[leak]]\nprogram = \"state\"\ntools = [\"lsan\"]",
            "never both",
        ),
        (
            "link = [\"pthread\"]",
            "[[leak]]\nprogram = \"state\"\nby = 1\ntools = []",
            "nobody would look",
        ),
        ("link", "control = true\nlink", "never both"),
        (
            "link = [\"pthread\"]",
            "[[impossible]]\nruntimes = \"new\"\nreason = \"x\"",
            "is no requirement",
        ),
        (
            "link = [\"pthread\"]",
            "[[impossible]]\nruntimes = \">=26\"\nreason = \"\"",
            "without a reason",
        ),
    ];
    for (old, new, reason) in table {
        assert!(MANIFEST.contains(old), "{old}");
        let message = refused(|root| write(root, MANIFEST_FILE, &MANIFEST.replacen(old, new, 1)));
        assert!(message.contains("kept/specimen.toml: "), "{message}");
        assert!(message.contains(reason), "no `{reason}` in:\n{message}");
    }
}

#[test]
fn a_specimen_without_its_source_is_refused() {
    assert_refused(
        &refused(|root| fs::remove_file(root.join(SOURCE_FILE)).unwrap()),
        &["specimen kept has no kept.c"],
    );
    assert_refused(
        &refused(|root| {
            write(
                root,
                MANIFEST_FILE,
                &format!("{MANIFEST}language = \"rust\"\n"),
            );
        }),
        &["specimen kept has no Cargo.toml"],
    );
}

#[test]
fn files_that_nobody_reads_are_refused() {
    let message = refused(|root| {
        write(root, "docs/rules/env/b.txt", "");
        write(root, "js-tests/driver/scenarios/env/b.mjs", "");
        write(root, "harness/specimens/lost/lost.c", "");
    });
    assert_refused(
        &message,
        &[
            "docs/rules/env/b.txt is not part",
            "scenarios/env/b.mjs is not part",
            "harness/specimens/lost, without specimen.toml, is not part",
        ],
    );
}

#[test]
fn one_message_tells_of_every_hole() {
    let message = refused(|root| {
        write(
            root,
            "docs/rules/load/x.md",
            &PAGE.replace("env/a", "load/x"),
        );
        fs::remove_file(root.join(PAGE_FILE)).unwrap();
    });
    assert_refused(
        &message,
        &[
            "env/a has no page",
            "load/x has no scenario",
            "load/x has no specimen",
        ],
    );
}
