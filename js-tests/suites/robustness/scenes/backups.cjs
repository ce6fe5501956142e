'use strict';
// Backups whose source, destination or thread does not stay as it was.

const fs = require('node:fs');
const path = require('node:path');
const { gc } = require('./collect.cjs');
const { doing, withFiles } = require('./doing.cjs');

const ROWS = 60;

/** A source of more than `ROWS` pages in a file. */
function makeSource(tools, file = tools.newFile()) {
  const db = tools.open(file);
  db.exec('PRAGMA synchronous=OFF; CREATE TABLE t(a INTEGER PRIMARY KEY, b)');
  db.exec(`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${ROWS})
    INSERT INTO t SELECT n, randomblob(4000) FROM c`);
  return db;
}

const count = (db) => db.prepare('SELECT count(*) AS n FROM t').get().n;

/** Rows of a finished copy, which is whole and not locked. */
function rowsOf(tools, file) {
  const db = tools.open(file, { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE; COMMIT');
  tools.check.same(db.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
  const rows = count(db);
  db.close();
  return rows;
}

/** Calls `act` on the `nth` progress. */
const onProgress = (nth, act) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === nth) act();
  };
};

/** The source is closed inside of a progress, or by who waits, or its object is dropped. */
async function closing(tools) {
  const { backup } = tools.load();
  const { check } = tools;
  const ways = {
    'in its progress': (db) =>
      backup(db, tools.file, { rate: 7, progress: onProgress(2, () => db.close()) }),
    'before its first step': (db) => {
      const promise = backup(db, tools.file, { rate: 7 });
      db.close();
      return promise;
    },
    'and opened again': (db) =>
      backup(db, tools.file, {
        rate: 7,
        progress: onProgress(2, () => {
          db.close();
          db.open();
        }),
      }),
  };
  for (const [name, start] of Object.entries(ways)) {
    doing(`the source is closed ${name}`);
    tools.file = tools.newFile();
    const db = makeSource(tools);
    const pages = await start(db);
    check.ok(pages > ROWS, `${pages} pages`);
    check.same(db.isOpen, name === 'and opened again');
    check.same(rowsOf(tools, tools.file), ROWS);
    if (db.isOpen) check.same(count(db), ROWS);
  }
}

/** The connection writes between the steps: the copy has what it wrote. */
async function writing(tools) {
  const { backup } = tools.load();
  const db = makeSource(tools);
  const file = tools.newFile();
  let added = 0;
  const progress = () => {
    if (added === 20) return;
    added += 1;
    db.prepare('INSERT INTO t VALUES (NULL, randomblob(4000))').run();
    db.prepare('UPDATE t SET b = ? WHERE a = 1').run(added);
  };
  await backup(db, file, { rate: 3, progress });
  tools.check.same(added, 20);
  tools.check.same(rowsOf(tools, file), ROWS + added);
  const copy = tools.open(file);
  tools.check.same(copy.prepare('SELECT b FROM t WHERE a = 1').get().b, added);
  copy.close();
  db.close();
}

/** Nobody waits: the thread lives until the copy is whole. */
async function unawaited(tools) {
  const { backup } = tools.load();
  backup(makeSource(tools, tools.data.from), tools.data.to, { rate: 5 });
}

/** Several at a time, of one source and of several, into different files. */
async function several(tools) {
  const { backup } = tools.load();
  const sources = [makeSource(tools), makeSource(tools)];
  const files = Array.from({ length: 6 }, () => tools.newFile());
  const copies = files.map((file, index) => backup(sources[index % 2], file, { rate: 2 + index }));
  await Promise.all(copies);
  for (const file of files) tools.check.same(rowsOf(tools, file), ROWS);
  for (const db of sources) db.close();
}

/** Nobody holds the source while it is backed up, and the collector runs after each step. */
async function dropped(tools) {
  const { backup } = tools.load();
  const file = tools.newFile();
  let steps = 0;
  const progress = () => {
    steps += 1;
    gc();
  };
  await backup(makeSource(tools), file, { rate: 5, progress });
  tools.check.ok(steps > 10, `${steps} steps`);
  tools.check.same(rowsOf(tools, file), ROWS);
}

/** A backup that fails leaves no new file, and nothing changed in one that was there. */
async function failing(tools) {
  const { check } = tools;
  const { backup } = tools.load();
  const db = makeSource(tools);
  const thrown = new Error('stop');
  const throwing = () =>
    onProgress(3, () => {
      throw thrown;
    });
  const failed = async (promise) => {
    try {
      await promise();
    } catch (error) {
      return error;
    }
    throw new Error('the backup did not fail');
  };
  const dir = path.join(
    tools.data.dir,
    `${process.pid}-${require('node:worker_threads').threadId}`,
  );
  fs.mkdirSync(dir);
  const file = path.join(dir, 'copy.db');
  check.ok((await failed(() => backup(db, file, { rate: 5, progress: throwing() }))) === thrown);
  check.same(fs.readdirSync(dir), [], 'after a progress that threw');
  await failed(() => backup(db, file, { source: 'nowhere' }));
  check.same(fs.readdirSync(dir), [], 'after a source that is not there');
  await failed(() => backup(db, file, { target: 'nowhere' }));
  check.same(fs.readdirSync(dir), [], 'after a target that is not there');

  makeSource(tools, file).close();
  const before = fs.readFileSync(file);
  check.ok((await failed(() => backup(db, file, { rate: 5, progress: throwing() }))) === thrown);
  check.same(fs.readdirSync(dir), ['copy.db']);
  check.ok(before.equals(fs.readFileSync(file)), 'a file that was there is changed');
  check.same(rowsOf(tools, file), ROWS);
  // What failed does not stand in the way of what comes next.
  await backup(db, file, { rate: 5 });
  check.same(rowsOf(tools, file), ROWS);
  db.close();
}

const PARTS = { closing, dropped, writing, unawaited, several, failing };

module.exports = async function backups(plain) {
  await PARTS[plain.data.part](withFiles(plain));
};
module.exports.makeSource = makeSource;
module.exports.rowsOf = rowsOf;
module.exports.ROWS = ROWS;
