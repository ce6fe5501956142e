//! `repro.mjs`: a case as a script that a person can read.

use std::fmt::Write as _;

use serde_json::Value;

use super::save::Case;

/// The script of a case; `run` is what is handed to `standalone()`.
pub(super) fn script(case: &Case, run: &Value) -> String {
    format!(
        "// {} × Node {}: {}\n\
         // It showed in {} of {} attempts. Run it with: node repro.mjs [another addon.node]\n\
         //\n\
         // Each thread does its operations one after the other. support/driver/language.cjs says what each one means.\n\n\
         import {{ standalone }} from './support/fuzz/standalone.cjs';\n\n\
         await standalone({});\n",
        case.target,
        case.runtime,
        case.said.lines().next().unwrap_or_default(),
        case.hits,
        case.attempts,
        literal(run, 0)
    )
}

/// A value as JavaScript: an operation a line.
fn literal(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let end = "  ".repeat(depth);
    match value {
        Value::Array(items)
            if items
                .iter()
                .any(|item| is_operation(item) || has_operations(item))
                && !items.iter().all(Value::is_array) =>
        {
            let mut text = "[\n".to_owned();
            for item in items {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{indent}{},", literal(item, depth + 1));
            }
            text + &end + "]"
        }
        Value::Object(fields) if !is_operation(value) && has_operations(value) => {
            let mut text = "{\n".to_owned();
            for (name, field) in fields {
                let _ = writeln!(
                    text,
                    "{indent}{}: {},",
                    key(name),
                    literal(field, depth + 1)
                );
            }
            text + &end + "}"
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            // Its name first.
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| !matches!(name.as_str(), "op" | "$"));
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, field)| format!("{}: {}", key(name), literal(field, depth)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn is_operation(value: &Value) -> bool {
    value.get("op").is_some()
}

fn has_operations(value: &Value) -> bool {
    match value {
        Value::Array(items) => items
            .iter()
            .any(|one| is_operation(one) || has_operations(one)),
        Value::Object(fields) => fields.values().any(has_operations),
        _ => false,
    }
}

fn key(name: &str) -> String {
    let plain = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '$');
    if plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
