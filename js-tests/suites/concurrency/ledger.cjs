'use strict';
// A table whose every row says who wrote it, so that at the end each row can be accounted for.

/** How long a connection waits for another one's lock: longer than any test, so never the reason. */
const PATIENT = { timeout: 60000 };

/** The checksum of a row: lost, doubled or mixed-up writes change the sum. */
const checksum = (id, worker) => (id * 2654435761 + worker * 40503) % 1000003;

/** An empty ledger with this journal mode. */
function create({ open, check }, file, journal) {
  const db = open(file, PATIENT);
  check.same({ ...db.prepare(`PRAGMA journal_mode=${journal}`).get() }, { journal_mode: journal });
  db.exec(`CREATE TABLE ledger(id INTEGER PRIMARY KEY, worker INTEGER NOT NULL, sum INTEGER NOT NULL);
    CREATE TABLE counter(n INTEGER NOT NULL); INSERT INTO counter VALUES (0)`);
  db.close();
}

/** Compares the ledger with what was to be written: `[id, worker]` in the order of ids. */
function audit({ open, check }, file, expected, journal) {
  const db = open(file, PATIENT);
  const rows = db.prepare('SELECT id, worker, sum FROM ledger ORDER BY id').all();
  check.same(rows.length, expected.length, 'rows in the ledger');
  for (const [index, [id, worker]] of expected.entries()) {
    check.same(rows[index], { id, worker, sum: checksum(id, worker) }, `row ${index}`);
  }
  check.same(db.prepare('PRAGMA integrity_check').all(), [{ integrity_check: 'ok' }]);
  check.same(db.prepare('PRAGMA journal_mode').get().journal_mode, journal);
  const { n } = db.prepare('SELECT n FROM counter').get();
  db.close();
  return n;
}

module.exports = { PATIENT, audit, checksum, create };
