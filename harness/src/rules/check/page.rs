//! The form of a rule's page.

/// The sections of a page, in their order.
const SECTIONS: [&str; 3] = ["Why it matters", "How it looks", "How to fix it"];
/// The parts of the last section, one for each way to write an addon.
const FIXES: [&str; 3] = ["C", "node-addon-api", "napi-rs"];

/// What is taken from a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// What an addon must do, on one line.
    pub(crate) requirement: String,
    /// Where that is documented.
    pub(crate) source: String,
}

/// Reads a page, or says everything that is wrong with it.
pub(crate) fn parse(id: &str, text: &str) -> Result<Page, Vec<String>> {
    let mut wrong = Vec::new();
    if text.lines().next() != Some(format!("# {id}").as_str()) {
        wrong.push(format!("does not start with the heading `# {id}`"));
    }
    let parts = parts(text, "## ");
    let (_, head) = &parts[0];
    let paragraphs: Vec<String> = head
        .split("\n\n")
        .map(one_line)
        .filter(|paragraph| !paragraph.is_empty() && !paragraph.starts_with("# "))
        .collect();
    let requirement = paragraphs
        .first()
        .filter(|paragraph| !paragraph.starts_with("Source:"))
        .cloned()
        .unwrap_or_default();
    if requirement.is_empty() {
        wrong.push("has no paragraph that says what an addon must do".to_owned());
    }
    let source = paragraphs
        .iter()
        .find_map(|paragraph| paragraph.strip_prefix("Source:"))
        .unwrap_or_default()
        .trim()
        .to_owned();
    if source.is_empty() {
        wrong.push("has no line `Source: …` before its first section".to_owned());
    }
    let sections: Vec<&str> = parts[1..].iter().map(|(heading, _)| *heading).collect();
    if sections != SECTIONS {
        wrong.push(format!(
            "must have the sections {}, and has {}",
            quoted("## ", &SECTIONS),
            quoted("## ", &sections)
        ));
    }
    for (heading, body) in &parts[1..] {
        if body.trim().is_empty() {
            wrong.push(format!("says nothing under `## {heading}`"));
        }
        if *heading == SECTIONS[2] {
            wrong.extend(wrong_with_fixes(body));
        }
    }
    if wrong.is_empty() {
        Ok(Page {
            requirement,
            source,
        })
    } else {
        Err(wrong)
    }
}

fn wrong_with_fixes(body: &str) -> Vec<String> {
    let parts = parts(body, "### ");
    let headings: Vec<&str> = parts[1..].iter().map(|(heading, _)| *heading).collect();
    if headings != FIXES {
        return vec![format!(
            "must have {} under `## {}`, and has {}",
            quoted("### ", &FIXES),
            SECTIONS[2],
            quoted("### ", &headings)
        )];
    }
    parts[1..]
        .iter()
        .filter(|(_, body)| body.trim().is_empty())
        .map(|(heading, _)| format!("says nothing under `### {heading}`"))
        .collect()
}

/// The text before the first heading of this level, then each heading with what follows it. Lines
/// inside code fences are no headings.
fn parts<'t>(text: &'t str, mark: &str) -> Vec<(&'t str, String)> {
    let mut parts = vec![("", String::new())];
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        match line.strip_prefix(mark) {
            Some(heading) if !in_code => parts.push((heading.trim(), String::new())),
            _ => {
                let (_, body) = parts.last_mut().expect("the list starts with one part");
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    parts
}

fn one_line(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn quoted(mark: &str, headings: &[&str]) -> String {
    if headings.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = headings.iter().map(|h| format!("`{mark}{h}`")).collect();
    quoted.join(", ")
}
