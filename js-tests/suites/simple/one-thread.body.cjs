'use strict';
// A database in one thread: the runner's own (a worker thread under Jest and Vitest), and one worker
// that has nothing else to do.

const SCHEMA =
  'CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL, size REAL, bytes BLOB)';

/** Everything a beginner does with a database, in any thread; gives what a second opening reads. */
function everyday({ open, check, data }) {
  const db = open(data.path);
  db.exec(data.schema);
  const insert = db.prepare('INSERT INTO item(name, size, bytes) VALUES (?, ?, ?)');
  for (let id = 1; id <= 50; id += 1) {
    const { changes, lastInsertRowid } = insert.run(`name ${id}`, id / 4, new Uint8Array([id, 0]));
    check.same({ changes, lastInsertRowid }, { changes: 1, lastInsertRowid: id });
  }
  db.prepare('UPDATE item SET size = $size WHERE id = $id').run({ $size: -1.5, $id: 7 });
  check.same(db.prepare('DELETE FROM item WHERE id > 48').run().changes, 2);
  const row = db.prepare('SELECT * FROM item WHERE id = ?').get(7);
  check.same(row, { id: 7, name: 'name 7', size: -1.5, bytes: new Uint8Array([7, 0]) });
  check.same(db.prepare('SELECT * FROM item WHERE id = ?').get(99), undefined);
  db.close();
  const again = open(data.path);
  const read = again.prepare('SELECT id, name FROM item ORDER BY id').all();
  again.close();
  return read;
}

function checkEveryday(ctx, rows) {
  ctx.check.same(
    rows,
    Array.from({ length: 48 }, (_, index) => ({ id: index + 1, name: `name ${index + 1}` })),
  );
}

module.exports = {
  tests: [
    {
      name: 'the thread of the test creates, inserts, reads, updates and deletes',
      run(ctx) {
        const data = { path: ctx.file('a.db'), schema: SCHEMA };
        checkEveryday(ctx, everyday({ ...ctx, data }));
      },
    },
    {
      name: 'a worker does the same and the rows are there after its end',
      async run(ctx) {
        const data = { path: ctx.file('a.db'), schema: SCHEMA };
        checkEveryday(ctx, await ctx.inWorker(everyday, { data }));
        const db = ctx.open(data.path);
        ctx.check.same(db.prepare('SELECT count(*) AS n FROM item').get().n, 48);
        db.close();
      },
    },
    {
      name: 'a transaction in a worker is all or nothing',
      async run(ctx) {
        const file = ctx.file('a.db');
        const states = await ctx.inWorker(
          ({ open, check, data }) => {
            const db = open(data.file);
            db.exec('CREATE TABLE t(a INTEGER UNIQUE)');
            const seen = [db.isTransaction];
            db.exec('BEGIN');
            seen.push(db.isTransaction);
            db.exec('INSERT INTO t VALUES (1), (2)');
            db.exec('COMMIT');
            db.exec('BEGIN; INSERT INTO t VALUES (3)');
            const duplicate = () => db.exec('INSERT INTO t VALUES (1)');
            check.throws(duplicate, { name: 'Error', code: 'ERR_SQLITE_ERROR', errcode: 2067 });
            db.exec('ROLLBACK');
            seen.push(db.isTransaction);
            db.close();
            return seen;
          },
          { data: { file } },
        );
        ctx.check.same(states, [false, true, false]);
        const db = ctx.open(file);
        ctx.check.same(db.prepare('SELECT a FROM t ORDER BY a').all(), [{ a: 1 }, { a: 2 }]);
        db.close();
      },
    },
    {
      name: 'each type of value comes back from a worker as it went in',
      async run(ctx) {
        const values = [null, 0.5, 'text \u{1F9F5}', new Uint8Array([0, 255]), 7n];
        const rows = await ctx.inWorker(
          ({ open, data }) => {
            const db = open(':memory:');
            db.exec('CREATE TABLE v(id INTEGER PRIMARY KEY, value)');
            const insert = db.prepare('INSERT INTO v(value) VALUES (?)');
            for (const value of data) insert.run(value);
            const read = db.prepare('SELECT typeof(value) AS type, value FROM v ORDER BY id');
            read.setReadBigInts(true);
            const got = read.all();
            db.close();
            return got;
          },
          { data: values },
        );
        ctx.check.same(
          rows.map(({ type }) => type),
          ['null', 'real', 'text', 'blob', 'integer'],
        );
        const kept = rows.map(({ value }) => value);
        ctx.check.same(kept, values);
      },
    },
  ],
};
