//! What machines read: `results.json`, `events.ndjson`, and the JSON Schemas of both.

use std::{
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::{
    event::{EVENTS_VERSION, Event, Record, RenderError, Renderer},
    results::Results,
};

use super::file::Appender;

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

/// `events.ndjson`: everything that happened but for the ticks of progress, which tell nothing that
/// the end of their job does not.
pub(super) struct EventLog {
    file: Appender,
}

impl EventLog {
    pub(super) fn new(dir: &Path) -> Result<Self, RenderError> {
        Ok(EventLog {
            file: Appender::create(dir.join("events.ndjson"))?,
        })
    }
}

impl Renderer for EventLog {
    fn name(&self) -> &'static str {
        "events.ndjson"
    }

    fn event(&mut self, event: &Event, _results: &Results) -> Result<(), RenderError> {
        match event {
            Event::JobProgress { .. } => Ok(()),
            Event::RunStarted { .. }
            | Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobFinished { .. }
            | Event::GateDecided { .. }
            | Event::Interrupted { .. }
            | Event::RunFinished { .. } => {
                let now = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                let record = Record {
                    v: EVENTS_VERSION,
                    at: now.as_secs_f64() * 1000.0,
                    event: event.clone(),
                };
                let line = serde_json::to_string(&record).map_err(|source| RenderError {
                    what: self.name().to_owned(),
                    source: source.into(),
                })?;
                self.file.line(&line)
            }
        }
    }
}
