//! Statements of SQLite's own: those that it runs for another one. node:sqlite tells subscribers of them while
//! that one is under way, ours when it has ended; so what a subscriber does to the connection may
//! come to something else.

use serde_json::Value;

use super::known::matches;

/// SQLite's own statements, as they are reported. Patterns hold for the whole text.
const OWN: [&str; 21] = [
    // Sessions and changesets.
    "PRAGMA '*'.table_xinfo('*')",
    "SELECT 0, 'tbl',  '', 0, '', 1, 0 *",
    "SAVEPOINT changeset*",
    "RELEASE changeset*",
    "ROLLBACK TO changeset*",
    "SAVEPOINT replace_op",
    "RELEASE replace_op",
    "PRAGMA defer_foreign_keys = *",
    // The schema that is read anew, and what ANALYZE found.
    "SELECT*FROM\"*\".sqlite_master WHERE *",
    "SELECT*FROM\"*\".sqlite_schema WHERE *",
    "SELECT tbl,idx,stat FROM '*'.sqlite_stat1",
    // Virtual tables.
    "*'main'.'docs_*",
    "SELECT * FROM (SELECT 'sqlite_schema' AS name,1 AS rootpage,*",
    "PRAGMA function_list",
    // `serialize()` and `deserialize()`.
    "PRAGMA \"*\".page_count",
    "PRAGMA 'main'.*",
    "BEGIN IMMEDIATE;",
    "COMMIT;",
    "ATTACH x AS '*'",
    // VACUUM.
    "ATTACH '*' AS vacuum_*",
    "*vacuum_random.*",
];

/// The SQL of an entry of a trace that is a report of the diagnostics channel.
fn reported(entry: &Value) -> Option<&str> {
    let entry = entry.as_array().filter(|entry| entry.len() == 5)?;
    let message = entry[3].as_array()?;
    let [kind, _, properties] = message.as_slice() else {
        return None;
    };
    if entry[0] != "called" || kind != "object" {
        return None;
    }
    let [sql, database, duration] = properties.as_array()?.as_slice() else {
        return None;
    };
    if sql[0] != "sql" || database[0] != "database" || duration[0] != "duration" {
        return None;
    }
    // A long text is its length, its beginning, and its hash.
    let sql = sql[1].as_str().or_else(|| sql[1][2].as_str())?;
    // So SQLite writes what runs inside of something that runs inside of something.
    Some(sql.strip_prefix("-- ").unwrap_or(sql))
}

/// Whether an entry of a trace reports a statement of SQLite's own.
pub(super) fn is_own(entry: &Value) -> bool {
    reported(entry).is_some_and(|sql| OWN.iter().any(|pattern| matches(pattern, sql)))
}

/// Whether a subscriber did something after the report of a statement of SQLite's own, in the part of a
/// trace that ends with the entry at `end`, that one included.
pub(super) fn acted(trace: &Value, end: usize) -> bool {
    let entries = trace.as_array().map_or(&[][..], Vec::as_slice);
    let entries = &entries[..entries.len().min(end + 1)];
    let Some(report) = entries.iter().position(is_own) else {
        return false;
    };
    entries[report..].iter().any(|entry| entry[0] == "within")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(sql: &str) -> Value {
        let message = json!([
            ["sql", sql],
            ["database", ["ref", "db#0"]],
            ["duration", "number"]
        ]);
        json!([
            "called",
            0,
            ["undefined"],
            ["object", "Object", message],
            true
        ])
    }

    #[test]
    fn statements_of_sqlite_are_told_from_those_of_a_program() {
        for sql in [
            "PRAGMA 'main'.table_xinfo('t')",
            "SAVEPOINT changeset_apply",
            "SELECT*FROM\"main\".sqlite_master WHERE tbl_name='t' AND type!='trigger'",
            "INSERT INTO 'main'.'docs_content' VALUES(1,'a')",
            "PRAGMA \"main\".page_count",
            "-- PRAGMA 'main'.table_xinfo('t')",
        ] {
            assert!(is_own(&report(sql)), "{sql}");
        }
        for sql in [
            "PRAGMA table_info(t)",
            "SAVEPOINT sp",
            "SELECT * FROM sqlite_schema",
            "SELECT * FROM docs WHERE docs MATCH 'the'",
            "SELECT * FROM dbstat LIMIT 1",
            "BEGIN IMMEDIATE",
            "COMMIT",
        ] {
            assert!(!is_own(&report(sql)), "{sql}");
        }
        // An authorizer that is asked, or a function's call, is no report.
        let asked = json!(["called", 0, ["undefined"], 32, "SAVEPOINT changeset"]);
        assert!(!is_own(&asked));
    }

    #[test]
    fn only_what_follows_such_a_report_is_its_doing() {
        let own = report("PRAGMA 'main'.table_xinfo('t')");
        let users = report("SELECT 1");
        let done = json!(["within", "call db exec", { "r": 1 }]);
        assert!(acted(&json!([own, done]), 1));
        assert!(!acted(&json!([own, done]), 0));
        assert!(!acted(&json!([users, done]), 1));
        assert!(!acted(&json!([done, own]), 1));
        assert!(!acted(&json!([own, users]), 9));
    }
}
