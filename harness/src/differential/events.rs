//! Writes the protocol of `docs/protocol.md` as a runner of its own: programs are run by this binary, which
//! is then a process under test like any other runner.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use serde_json::{Value, json};

use crate::{clock::now_ms, exit::Exit, model::Runner, protocol::PROTOCOL_VERSION};

/// The event file.
#[derive(Debug)]
pub(super) struct Events {
    file: File,
    passed: u32,
    failed: u32,
}

impl Events {
    /// Opens the file that the harness made.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().append(true).open(path)?;
        Ok(Events {
            file,
            passed: 0,
            failed: 0,
        })
    }

    /// One write a line.
    fn emit(&mut self, kind: &str, mut fields: Value) -> io::Result<()> {
        fields["v"] = json!(PROTOCOL_VERSION);
        fields["at"] = json!(now_ms());
        fields["type"] = json!(kind);
        self.file.write_all(format!("{fields}\n").as_bytes())
    }

    pub(super) fn run_start(&mut self, node: &str) -> io::Result<()> {
        let fields = json!({
            "runner": Runner::Programs,
            "runnerVersion": env!("CARGO_PKG_VERSION"),
            "node": node,
            "pid": std::process::id(),
        });
        self.emit("run-start", fields)
    }

    pub(super) fn note(&mut self, message: &str) -> io::Result<()> {
        self.emit("note", json!({ "message": message }))
    }

    pub(super) fn test_start(&mut self, test: &str, file: &str) -> io::Result<()> {
        let fields = json!({ "test": test, "file": file, "thread": 0 });
        self.emit("test-start", fields)
    }

    /// A test without errors passed.
    pub(super) fn test_end(
        &mut self,
        test: &str,
        file: &str,
        ms: f64,
        errors: &[String],
    ) -> io::Result<()> {
        let status = if errors.is_empty() {
            self.passed += 1;
            "passed"
        } else {
            self.failed += 1;
            "failed"
        };
        let errors: Vec<Value> = errors
            .iter()
            .map(|message| json!({ "message": message }))
            .collect();
        let fields = json!({
            "test": test, "file": file, "status": status, "ms": ms, "errors": errors,
        });
        self.emit("test-end", fields)
    }

    /// The last words. Says whether all tests passed.
    pub(super) fn end(mut self, file: &str) -> io::Result<bool> {
        let ok = self.failed == 0;
        self.emit(
            "file-end",
            json!({ "file": file, "ok": true, "errors": [] }),
        )?;
        let fields =
            json!({ "passed": self.passed, "failed": self.failed, "skipped": 0, "ok": ok });
        self.emit("run-end", fields)?;
        let exit = if ok { Exit::Success } else { Exit::Failure };
        self.emit("process-exit", json!({ "code": exit.code() }))?;
        Ok(ok)
    }
}
