//! Looks at the databases that a process left behind, with SQLite itself: whatever was acknowledged must be there, exactly
//! once and whole, and nothing that was taken back. `js-tests/stress/ledger.cjs` writes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

/// More faults of one process are counted, and not told one by one.
const TOLD: usize = 20;

/// What an audit of all databases of a process came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// Databases looked at.
    pub databases: u64,
    /// Transactions whose COMMIT had returned.
    pub acknowledged: u64,
    /// Transactions that were rolled back or failed.
    pub taken_back: u64,
    /// Transactions that are there though their COMMIT had not returned when their writer ended: at most one each.
    pub in_flight: u64,
    /// What is wrong, for people.
    pub faults: Vec<String>,
}

impl Audit {
    /// The sum of two.
    #[must_use]
    pub fn and(mut self, other: &Audit) -> Audit {
        self.databases += other.databases;
        self.acknowledged += other.acknowledged;
        self.taken_back += other.taken_back;
        self.in_flight += other.in_flight;
        self.faults.extend(other.faults.iter().cloned());
        self
    }
}

/// What `expected.json` says.
#[derive(Deserialize)]
struct Expected {
    journal: String,
}

/// What one writer was told.
#[derive(Debug, Default)]
struct Told {
    kept: BTreeSet<i64>,
    gone: BTreeSet<i64>,
}

impl Told {
    /// The transaction that it was at when it ended: those before have a line each.
    fn next(&self) -> i64 {
        let last = self.kept.last().max(self.gone.last());
        last.map_or(0, |last| last + 1)
    }
}

/// Audits each folder at or directly below `data` that holds a ledger.
pub(super) fn audit(data: &Path) -> io::Result<Audit> {
    let mut audit = Audit::default();
    let mut folders = vec![data.to_owned()];
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    for folder in folders {
        if folder.join("expected.json").is_file() {
            let name = folder.strip_prefix(data).unwrap_or(&folder).to_owned();
            let faults = one(&folder, &mut audit)?;
            let told = TOLD.saturating_sub(audit.faults.len());
            if faults.len() > told {
                let more = faults.len() - told;
                audit.faults.extend(faults.into_iter().take(told));
                audit
                    .faults
                    .push(format!("{}: {more} faults more", name.display()));
            } else {
                audit.faults.extend(faults);
            }
        }
    }
    Ok(audit)
}

/// Audits one folder; gives what is wrong with it.
fn one(folder: &Path, audit: &mut Audit) -> io::Result<Vec<String>> {
    audit.databases += 1;
    let told = acknowledgements(folder)?;
    for writer in told.values() {
        audit.acknowledged += writer.kept.len() as u64;
        audit.taken_back += writer.gone.len() as u64;
    }
    let expected: Expected = serde_json::from_slice(&fs::read(folder.join("expected.json"))?)?;
    let file = folder.join("ledger.db");
    let checked = open(&file).and_then(|db| {
        let mut faults = state(&db, &expected)?;
        faults.extend(rows(&db, &told, audit)?);
        Ok(faults)
    });
    let place = folder.file_name().unwrap_or_default().to_string_lossy();
    let faults = checked.unwrap_or_else(|error| vec![format!("it cannot be read: {error}")]);
    Ok(faults
        .into_iter()
        .map(|fault| format!("{place}/ledger.db: {fault}"))
        .collect())
}

/// An existing database, for writing: what a killed process left in the journal has to be taken back first.
fn open(file: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(std::time::Duration::ZERO)?;
    Ok(db)
}

/// Whether the file as a whole is well.
fn state(db: &Connection, expected: &Expected) -> rusqlite::Result<Vec<String>> {
    let text = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0));
    let mut faults = Vec::new();
    let integrity = text("PRAGMA integrity_check")?;
    if integrity != "ok" {
        faults.push(format!("integrity_check says: {integrity}"));
    }
    let journal = text("PRAGMA journal_mode")?;
    if journal != expected.journal {
        faults.push(format!(
            "its journal mode is {journal}, and was {}",
            expected.journal
        ));
    }
    Ok(faults)
}

/// What must be true of each row's `sum`; the same stands in `ledger.cjs`.
fn checksum(life: i64, seq: i64, part: i64) -> i64 {
    (life * 2_654_435_761 + seq * 40_503 + part * 97) % 1_000_003
}

/// Compares the rows with what was told.
fn rows(
    db: &Connection,
    told: &BTreeMap<i64, Told>,
    audit: &mut Audit,
) -> rusqlite::Result<Vec<String>> {
    let mut faults = Vec::new();
    // Each transaction with the numbers of its rows.
    let mut there: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
    let mut statement = db.prepare("SELECT life, seq, part, parts, sum FROM ledger")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (life, seq, part): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (parts, sum): (i64, i64) = (row.get(3)?, row.get(4)?);
        if sum != checksum(life, seq, part) {
            faults.push(format!(
                "row {part} of transaction {seq} of {life} is another one"
            ));
        }
        let (count, _) = there.entry((life, seq)).or_insert((0, parts));
        *count += 1;
    }
    let nothing = Told::default();
    for ((life, seq), (count, parts)) in &there {
        if count != parts {
            faults.push(format!(
                "in part: of transaction {seq} of {life} there are {count} of {parts} rows"
            ));
        }
        let writer = told.get(life).unwrap_or(&nothing);
        if writer.gone.contains(seq) {
            faults.push(format!(
                "risen: transaction {seq} of {life} was taken back and is there"
            ));
        } else if !writer.kept.contains(seq) {
            if *seq == writer.next() {
                audit.in_flight += 1;
            } else {
                faults.push(format!(
                    "unknown: transaction {seq} of {life} is there, and {} would be its next one",
                    writer.next()
                ));
            }
        }
    }
    for (life, writer) in told {
        for seq in &writer.kept {
            if !there.contains_key(&(*life, *seq)) {
                faults.push(format!(
                    "lost: transaction {seq} of {life} was acknowledged and is not there"
                ));
            }
        }
    }
    Ok(faults)
}

/// Reads `acks-*.log`: `<life> c|r|f <seq>` in each line; a last line without an end was cut by SIGKILL and says nothing.
fn acknowledgements(folder: &Path) -> io::Result<BTreeMap<i64, Told>> {
    let mut told: BTreeMap<i64, Told> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        if !(name.starts_with("acks-") && is_log) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        for line in whole.lines() {
            let wrong = || io::Error::other(format!("{}: {line:?}", path.display()));
            let mut words = line.split(' ');
            let (Some(life), Some(what), Some(seq), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(wrong());
            };
            let life = life.parse().map_err(|_| wrong())?;
            let seq = seq.parse().map_err(|_| wrong())?;
            let writer = told.entry(life).or_default();
            match what {
                "c" => writer.kept.insert(seq),
                "r" | "f" => writer.gone.insert(seq),
                _ => return Err(wrong()),
            };
        }
    }
    Ok(told)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
