//! Runs written to the file and read from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, OptionalExtension as _, Params, Row, Transaction, TransactionBehavior, params,
};

use super::{CellRow, HistoryError, RunRow, pack, schema};
use crate::results::{ReadError, Results};

/// The file of the history, open.
#[derive(Debug)]
pub struct History {
    db: Connection,
    file: PathBuf,
}

/// Which runs are asked for; the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// So many at most.
    pub last: u32,
    /// Those with one of these targets only, and of them its cells only; all where there is none. A package that is named
    /// without its version is meant in each.
    pub targets: Vec<String>,
    /// Whether without those that repeat one failure.
    pub samples_only: bool,
}

/// What a run is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key in the file.
    pub id: i64,
    /// Its name in the history.
    pub name: String,
    /// What it calls itself.
    pub run: String,
    /// Where its folder was.
    pub dir: PathBuf,
    /// When it began.
    pub started: String,
    /// The command line.
    pub command: String,
}

/// Whether a target is the one that is named, or one of its versions.
pub fn is_meant(target: &str, named: &str) -> bool {
    let rest = target.strip_prefix(named);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
}

impl History {
    /// Opens a file, which is made where it is not there.
    pub fn open(file: &Path) -> Result<Self, HistoryError> {
        Ok(History {
            db: schema::open(file)?,
            file: file.to_owned(),
        })
    }

    /// Opens a file that is there; to look for something makes no file.
    pub fn open_existing(file: &Path) -> Result<Option<Self>, HistoryError> {
        if file.exists() {
            History::open(file).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Records a run that has ended; gives its name in the history. A run that is there already is written anew, and one that
    /// only has the name of another gets a number.
    pub fn record(&mut self, row: &RunRow, results: &Results) -> Result<String, HistoryError> {
        let packed = pack::pack(results).map_err(HistoryError::io(&self.file))?;
        let write = |db: &mut Connection| {
            let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let name = free_name(&step, row)?;
            step.execute("DELETE FROM runs WHERE name = ?1", [&name])?;
            insert(&step, &name, row, &packed)?;
            step.commit()?;
            Ok(name)
        };
        write(&mut self.db).map_err(HistoryError::of(&self.file))
    }

    /// All runs, the newest first, by what they are found by.
    pub fn entries(&self) -> Result<Vec<Entry>, HistoryError> {
        self.rows(
            "SELECT id, name, run, dir, started, command FROM runs ORDER BY started DESC, id DESC",
            [],
            |row| {
                Ok(Entry {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    run: row.get(2)?,
                    dir: row.get::<_, String>(3)?.into(),
                    started: row.get(4)?,
                    command: row.get(5)?,
                })
            },
        )
    }

    /// The keys of the runs in which a kind of failure was seen.
    pub fn with_signature(&self, signature: &str) -> Result<BTreeSet<i64>, HistoryError> {
        let runs: Vec<i64> = self.rows(
            "SELECT DISTINCT run FROM signatures WHERE signature = ?1",
            [signature],
            |row| row.get(0),
        )?;
        Ok(runs.into_iter().collect())
    }

    /// Takes runs out of the history, all or none; gives those that were still in it. One that another process has written
    /// anew since it was looked at stays.
    pub fn remove(&mut self, entries: Vec<Entry>) -> Result<Vec<Entry>, HistoryError> {
        let remove =
            |db: &mut Connection| {
                let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let mut removed = Vec::new();
                for entry in entries {
                    // Keys are given again when they are free.
                    let rows = step.execute(
                    "DELETE FROM runs WHERE id = ?1 AND name = ?2 AND dir = ?3 AND started = ?4",
                    params![entry.id, entry.name, entry.dir.to_string_lossy(), entry.started],
                )?;
                    if rows > 0 {
                        removed.push(entry);
                    }
                }
                step.commit()?;
                Ok(removed)
            };
        remove(&mut self.db).map_err(HistoryError::of(&self.file))
    }

    /// Gives the room of what was removed back to the system. Where another process reads or writes, it is left for later.
    pub fn shrink(&self) -> Result<(), HistoryError> {
        match self
            .db
            .execute_batch("VACUUM")
            .map_err(HistoryError::of(&self.file))
        {
            Err(HistoryError::Busy { .. }) => Ok(()),
            other => other,
        }
    }

    /// The runs that are asked for.
    pub fn runs(&self, asked: &Asked) -> Result<Vec<RunRow>, HistoryError> {
        let wanted = self.wanted(&asked.targets)?;
        let found: Vec<(i64, RunRow)> = self.rows(
            "SELECT id, name, run, dir, kind, command, started, elapsed_ms, threadproof, seed, platform, exit, interrupted, \
                    repeats \
             FROM runs \
             WHERE (?1 IS NULL OR id IN (SELECT run FROM cells WHERE target IN (SELECT value FROM json_each(?1)))) \
               AND NOT (?2 AND repeats) \
             ORDER BY started DESC, id DESC LIMIT ?3",
            params![wanted, asked.samples_only, asked.last],
            |row| Ok((row.get("id")?, run(row)?)),
        )?;
        found
            .into_iter()
            .map(|(id, row)| {
                let cells = self.cells(id, wanted.as_deref())?;
                Ok(RunRow { cells, ..row })
            })
            .collect()
    }

    /// The results of a run, as far as they are kept.
    pub fn results(&self, entry: &Entry) -> Result<Results, HistoryError> {
        let packed: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT results FROM runs WHERE id = ?1",
                [entry.id],
                |row| row.get(0),
            )
            .optional()
            .map_err(HistoryError::of(&self.file))?;
        let damaged = |why: String| HistoryError::DamagedRun {
            file: self.file.clone(),
            run: entry.name.clone(),
            command: entry.command.clone(),
            why,
        };
        let packed = packed.ok_or_else(|| damaged("they are not there any more".to_owned()))?;
        let text = pack::unpack(&packed).map_err(|error| damaged(error.to_string()))?;
        Results::from_json(&text).map_err(|error: ReadError| damaged(error.to_string()))
    }

    /// All targets of all runs, sorted.
    pub fn targets(&self) -> Result<Vec<String>, HistoryError> {
        self.rows(
            "SELECT DISTINCT target FROM cells ORDER BY target",
            [],
            |row| row.get(0),
        )
    }

    /// The targets that are meant by these names, as SQL takes them: a list in JSON. None where nothing is named.
    fn wanted(&self, named: &[String]) -> Result<Option<String>, HistoryError> {
        if named.is_empty() {
            return Ok(None);
        }
        let mut targets = self.targets()?;
        targets.retain(|target| named.iter().any(|name| is_meant(target, name)));
        Ok(Some(serde_json::json!(targets).to_string()))
    }

    fn cells(&self, id: i64, wanted: Option<&str>) -> Result<Vec<CellRow>, HistoryError> {
        let mut outcomes = self.counts(
            "SELECT cell, kind, count FROM outcomes WHERE run = ?1 ORDER BY cell",
            id,
        )?;
        let mut signatures = self.counts(
            "SELECT cell, signature, count FROM signatures WHERE run = ?1 ORDER BY cell",
            id,
        )?;
        let cells: Vec<(i64, CellRow)> = self.rows(
            "SELECT cell, target, version, runtime, topic, runner, planned, judged, clean, verdict FROM cells \
             WHERE run = ?1 AND (?2 IS NULL OR target IN (SELECT value FROM json_each(?2))) ORDER BY cell",
            params![id, wanted],
            |row| Ok((row.get(0)?, cell(row)?)),
        )?;
        Ok(cells
            .into_iter()
            .map(|(at, cell)| CellRow {
                outcomes: outcomes.remove(&at).unwrap_or_default(),
                signatures: signatures.remove(&at).unwrap_or_default(),
                ..cell
            })
            .collect())
    }

    /// Counts by cell and name.
    fn counts(
        &self,
        sql: &str,
        id: i64,
    ) -> Result<BTreeMap<i64, BTreeMap<String, u32>>, HistoryError> {
        let rows: Vec<(i64, String, u32)> =
            self.rows(sql, [id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut counts: BTreeMap<i64, BTreeMap<String, u32>> = BTreeMap::new();
        for (cell, name, count) in rows {
            counts.entry(cell).or_default().insert(name, count);
        }
        Ok(counts)
    }

    fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, HistoryError> {
        let all = || -> rusqlite::Result<Vec<T>> {
            self.db.prepare(sql)?.query_map(params, read)?.collect()
        };
        all().map_err(HistoryError::of(&self.file))
    }
}

/// The name of a run, numbered until it is free or the run's own.
fn free_name(step: &Transaction<'_>, row: &RunRow) -> rusqlite::Result<String> {
    for number in 1.. {
        let name = if number == 1 {
            row.name.clone()
        } else {
            format!("{}-{number}", row.name)
        };
        let owner: Option<(String, String)> = step
            .query_row(
                "SELECT dir, started FROM runs WHERE name = ?1",
                [&name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let dir = row.dir.to_string_lossy();
        match owner {
            Some((other, started)) if other != dir || started != row.started => {}
            _ => return Ok(name),
        }
    }
    unreachable!("the loop ends only by returning")
}

fn insert(step: &Transaction<'_>, name: &str, row: &RunRow, packed: &[u8]) -> rusqlite::Result<()> {
    step.execute(
        "INSERT INTO runs (name, run, dir, kind, command, started, elapsed_ms, threadproof, seed, platform, exit, interrupted, \
                           repeats, results) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            name,
            row.run,
            row.dir.to_string_lossy(),
            row.kind,
            row.command,
            row.started,
            row.elapsed_ms,
            row.threadproof,
            row.seed,
            row.platform,
            row.exit,
            row.interrupted,
            row.repeats,
            packed
        ],
    )?;
    let run = step.last_insert_rowid();
    let mut cells = step.prepare(
        "INSERT INTO cells (run, cell, target, version, runtime, topic, runner, planned, judged, clean, verdict) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let mut outcomes = step.prepare("INSERT INTO outcomes VALUES (?1, ?2, ?3, ?4)")?;
    let mut signatures = step.prepare("INSERT INTO signatures VALUES (?1, ?2, ?3, ?4)")?;
    for (at, cell) in (0_i64..).zip(&row.cells) {
        cells.execute(params![
            run,
            at,
            cell.target,
            cell.version,
            cell.runtime,
            cell.topic,
            cell.runner,
            cell.planned,
            cell.judged,
            cell.clean,
            cell.verdict
        ])?;
        for (kind, count) in &cell.outcomes {
            outcomes.execute(params![run, at, kind, count])?;
        }
        for (signature, count) in &cell.signatures {
            signatures.execute(params![run, at, signature, count])?;
        }
    }
    Ok(())
}

/// A run without its cells.
fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        name: row.get("name")?,
        run: row.get("run")?,
        dir: row.get::<_, String>("dir")?.into(),
        kind: row.get("kind")?,
        command: row.get("command")?,
        started: row.get("started")?,
        elapsed_ms: row.get("elapsed_ms")?,
        threadproof: row.get("threadproof")?,
        seed: row.get("seed")?,
        platform: row.get("platform")?,
        exit: row.get("exit")?,
        interrupted: row.get("interrupted")?,
        repeats: row.get("repeats")?,
        cells: Vec::new(),
    })
}

/// A cell without its counts.
fn cell(row: &Row<'_>) -> rusqlite::Result<CellRow> {
    Ok(CellRow {
        target: row.get("target")?,
        version: row.get("version")?,
        runtime: row.get("runtime")?,
        topic: row.get("topic")?,
        runner: row.get("runner")?,
        planned: row.get("planned")?,
        judged: row.get("judged")?,
        clean: row.get("clean")?,
        verdict: row.get("verdict")?,
        outcomes: BTreeMap::new(),
        signatures: BTreeMap::new(),
    })
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
