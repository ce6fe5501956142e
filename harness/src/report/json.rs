//! What machines read: `results.json`, and the JSON Schemas of it and of `events.ndjson`.

use std::io;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::{event::Record, results::Results};

/// `results.json`.
pub(super) fn results(results: &Results) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(results)?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of `results.json`, as published in `docs/schema/`.
pub fn results_schema() -> String {
    published::<Results>("results", "results.json of threadproof")
}

/// The JSON Schema of a line of `events.ndjson`, as published in `docs/schema/`.
pub fn event_schema() -> String {
    published::<Record>("event", "A line of events.ndjson of threadproof")
}

fn published<T: JsonSchema>(name: &str, title: &str) -> String {
    let mut schema: Schema = SchemaSettings::draft2020_12()
        // What is written, not what would be accepted: a field that is always there is required.
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert(
        "$id".into(),
        format!("urn:threadproof:schema:{name}:1").into(),
    );
    schema.insert("title".into(), title.into());
    let mut text =
        serde_json::to_string_pretty(&schema).expect("a schema is made of plain JSON values");
    text.push('\n');
    text
}
