'use strict';
// A database whose every row says who wrote it, and beside it, in files of their own, what its writers were told: a
// transaction is acknowledged when its COMMIT has returned, and a line about it is written only then, with one write. So an
// audit knows of each transaction that must be there, of each that must not, and that of those without a line at most
// one a writer may be there: the one that it was at.

const fs = require('node:fs');
const path = require('node:path');

/** How long a connection waits for another one's lock: longer than anybody looks on. */
const PATIENT = 600_000;

const FILE = 'ledger.db';

/**
 * So many transactions of a writer are between two checkpoints that wait for all others. Writers that never pause leave
 * SQLite no moment to begin its log anew: the log grows as long as they go on, and so does its index, which is memory of the
 * process.
 */
const CHECKPOINT = 1000;

const checksum = (life, seq, part) => (life * 2654435761 + seq * 40503 + part * 97) % 1000003;

/** Makes an empty ledger in `dir`, and says there what an audit has to expect. */
function create(open, dir, { journal, synchronous }) {
  fs.mkdirSync(dir, { recursive: true });
  const db = open(path.join(dir, FILE), { timeout: PATIENT });
  db.exec(`PRAGMA journal_mode=${journal}`);
  db.exec(`CREATE TABLE ledger(
    life INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL, parts INTEGER NOT NULL, sum INTEGER NOT NULL,
    payload BLOB, PRIMARY KEY (life, seq, part)) WITHOUT ROWID`);
  db.close();
  fs.writeFileSync(path.join(dir, 'expected.json'), JSON.stringify({ journal, synchronous }));
}

/** One life of a writer. */
class Writer {
  /** @param {{ dir: string, slot: number, life: number, synchronous: string, next: () => number }} of */
  constructor(open, { dir, slot, life, synchronous, next, timeout = PATIENT, pages, silent }) {
    this.life = life;
    this.next = next;
    this.seq = 0;
    if (silent) {
      // Where nothing can be written there is nothing to acknowledge either.
      this.db = open(path.join(dir, FILE), { timeout });
      return;
    }
    // Opened first: what it cannot write down, it must not do.
    this.acks = fs.openSync(path.join(dir, `acks-${slot}.log`), 'a');
    this.db = open(path.join(dir, FILE), { timeout });
    if (pages) this.db.prepare(`PRAGMA max_page_count=${pages}`).get();
    this.db.exec(`PRAGMA synchronous=${synchronous}`);
    this.insert = this.db.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?, ?, zeroblob(?))');
  }

  /** One transaction, of one to three rows; one in eight is taken back. */
  step() {
    const { life, db } = this;
    const seq = this.seq++;
    const parts = 1 + Math.floor(this.next() * 3);
    const kept = this.next() >= 0.125;
    try {
      db.exec('BEGIN IMMEDIATE');
      for (let part = 0; part < parts; part++) {
        const bytes = Math.floor(this.next() * 200);
        this.insert.run(life, seq, part, parts, checksum(life, seq, part), bytes);
      }
      db.exec(kept ? 'COMMIT' : 'ROLLBACK');
    } catch (error) {
      this.#undo(seq);
      throw error;
    }
    this.#note(kept ? 'c' : 'r', seq);
    if (this.seq % CHECKPOINT === 0) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** What failed is taken back, by SQLite already or here, and must not be there either. */
  #undo(seq) {
    try {
      this.db.exec('ROLLBACK');
    } catch {
      // No transaction was open any more.
    }
    this.#note('f', seq);
  }

  /** Steps until one fails, and throws what that came to. */
  untilRefused() {
    if (this.insert === undefined) {
      this.db.exec('INSERT INTO ledger VALUES (0, 0, 0, 1, 0, NULL)');
      throw new Error('a file that may not be written to was written to');
    }
    for (;;) this.step();
  }

  /** Stays in one call for a time that grows with `rows`; calls `inside` from the middle of it. */
  query(rows, inside) {
    this.db.function('inside', () => {
      inside();
      return 1;
    });
    return this.db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT inside() UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         SELECT count(*) AS rows, sum(i % 7) AS sum FROM n`,
      )
      .get(rows);
  }

  /** More and more rows. */
  hoard() {
    const all = [];
    const statement = this.db.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT i, 'a text of some length, number ' || i AS text FROM n`,
    );
    for (;;) all.push(statement.all());
  }

  #note(what, seq) {
    const line = `${this.life} ${what} ${seq}\n`;
    if (fs.writeSync(this.acks, line) !== line.length) throw new Error('a line was cut');
  }

  close() {
    this.db.close();
    fs.closeSync(this.acks);
  }
}

/** Reads the ledger in one snapshot and throws when a transaction is there in part. */
function check(db) {
  const torn = db
    .prepare(
      `SELECT life, seq FROM ledger GROUP BY life, seq
       HAVING count(*) <> max(parts) OR min(parts) <> max(parts) LIMIT 1`,
    )
    .get();
  if (torn) throw new Error(`transaction ${torn.seq} of ${torn.life} is there in part`);
}

/** One life of a reader. */
class Reader {
  constructor(open, { dir }) {
    this.db = open(path.join(dir, FILE), { timeout: PATIENT });
  }

  step() {
    check(this.db);
  }

  close() {
    this.db.close();
  }
}

module.exports = { FILE, PATIENT, Reader, Writer, create };
