'use strict';
// Use of an object after its end: closed, finalised, or gone with its worker.

/** In a worker: everything that can be called on a closed database and what belonged to it. */
function useAfterClose({ open, check }) {
  const make = () => {
    const db = open(':memory:');
    db.exec('CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1), (2)');
    const statement = db.prepare('SELECT a FROM t');
    const iterator = statement.iterate();
    iterator.next();
    return { db, statement, iterator };
  };
  const state = (message) => ({ name: 'Error', code: 'ERR_INVALID_STATE', message });
  const { db, statement, iterator } = make();
  db.close();
  check.same(db.isOpen, false);
  const gone = state('database is not open');
  const calls = {
    exec: () => db.exec('SELECT 1'),
    prepare: () => db.prepare('SELECT 1'),
    close: () => db.close(),
    location: () => db.location(),
    isTransaction: () => db.isTransaction,
  };
  for (const [name, call] of Object.entries(calls)) check.throws(call, gone, name);
  const finalized = state('statement has been finalized');
  const uses = {
    run: () => statement.run(),
    get: () => statement.get(),
    all: () => statement.all(),
    iterate: () => statement.iterate(),
    columns: () => statement.columns(),
    setReadBigInts: () => statement.setReadBigInts(true),
    sourceSQL: () => statement.sourceSQL,
    expandedSQL: () => statement.expandedSQL,
    next: () => iterator.next(),
    return: () => iterator.return(),
  };
  for (const [name, use] of Object.entries(uses)) check.throws(use, finalized, name);
  return Object.keys(calls).length + Object.keys(uses).length;
}

/** In a worker: the statement is closed, its database is not. */
function useAfterFinalize({ open, check }) {
  const db = open(':memory:');
  const other = db.prepare('SELECT 2 AS two');
  const statement = db.prepare('SELECT 1 AS one UNION SELECT 2');
  const iterator = statement.iterate();
  iterator.next();
  statement.close();
  const finalized = {
    name: 'Error',
    code: 'ERR_INVALID_STATE',
    message: 'statement has been finalized',
  };
  for (const name of ['run', 'get', 'all', 'iterate', 'columns', 'close']) {
    check.throws(() => statement[name](), finalized, name);
  }
  check.throws(() => statement.sourceSQL, finalized, 'sourceSQL');
  check.throws(() => iterator.next(), finalized, 'next of its iterator');
  check.same(statement[Symbol.dispose](), undefined);
  check.same(other.get().two, 2);
  db.close();
}

/** Files that are not there, no database, or not to be written. */
function openFailures({ open, check, data, require: requireIn }) {
  const fs = requireIn('node:fs');
  fs.mkdirSync(data.dir);
  const failed = { name: 'Error', code: 'ERR_SQLITE_ERROR' };
  check.throws(() => open(`${data.dir}/none/x.db`), { ...failed, errcode: 14 });
  fs.writeFileSync(`${data.dir}/junk.db`, 'this is not a database '.repeat(100));
  const junk = open(`${data.dir}/junk.db`);
  check.throws(() => junk.exec('SELECT * FROM sqlite_schema'), { ...failed, errcode: 26 });
  junk.close();
  const db = open(`${data.dir}/ro.db`);
  db.exec('CREATE TABLE t(a)');
  db.close();
  const readOnly = open(`${data.dir}/ro.db`, { readOnly: true });
  check.throws(() => readOnly.exec('INSERT INTO t VALUES (1)'), { ...failed, errcode: 8 });
  readOnly.close();
}

module.exports = {
  tests: [
    {
      name: 'after close() every use throws ERR_INVALID_STATE, in the test and in a worker',
      async run(ctx) {
        const here = useAfterClose(ctx);
        ctx.check.same(await ctx.inWorker(useAfterClose), here);
      },
    },
    {
      name: 'after close() of a statement its uses throw ERR_INVALID_STATE, others work',
      needs: ['statement-close'],
      async run(ctx) {
        useAfterFinalize(ctx);
        await ctx.inWorker(useAfterFinalize);
      },
    },
    {
      name: 'a database that is closed can be opened again, and its old statements stay finalised',
      async run(ctx) {
        await ctx.inWorker(
          ({ open, check, data }) => {
            const db = open(data.file);
            db.exec('CREATE TABLE t(a); INSERT INTO t VALUES (1)');
            const old = db.prepare('SELECT a FROM t');
            const state = { name: 'Error', code: 'ERR_INVALID_STATE' };
            check.throws(() => db.open(), { ...state, message: 'database is already open' });
            db.close();
            db.open();
            check.throws(() => old.get(), { ...state, message: 'statement has been finalized' });
            check.same(db.prepare('SELECT a FROM t').get().a, 1);
            db.close();
          },
          { data: { file: ctx.file('again.db') } },
        );
      },
    },
    {
      name: "what a worker sent lives on after the worker's end, and posting to it does nothing",
      async run(ctx) {
        const file = ctx.file('left.db');
        const worker = ctx.worker(
          ({ open, send, data }) => {
            const db = open(data.file);
            db.exec("CREATE TABLE t(a, b); INSERT INTO t VALUES ('text', x'00ff')");
            // Left open on purpose: the end of the thread has to close it.
            send(db.prepare('SELECT a, b FROM t').all());
          },
          { data: { file } },
        );
        const { messages } = await worker.ends();
        ctx.check.same(messages, [[{ a: 'text', b: new Uint8Array([0, 255]) }]]);
        worker.post('is anybody there?');
        ctx.check.same(worker.worker.threadId, -1);
        ctx.check.same(await worker.worker.terminate(), undefined);
        const db = ctx.open(file, { timeout: 0 });
        db.exec("INSERT INTO t VALUES ('more', NULL)");
        ctx.check.same(db.prepare('SELECT count(*) AS n FROM t').get().n, 2);
        db.close();
      },
    },
    {
      name: 'an SQLite error that a worker does not catch reaches its parent with its codes',
      async run(ctx) {
        const worker = ctx.worker(({ open }) => open(':memory:').exec('nonsense'), { name: 'bad' });
        const error = {
          name: 'Error',
          code: 'ERR_SQLITE_ERROR',
          errcode: 1,
          message: /syntax error/,
        };
        await worker.ends({ code: 1, error });
      },
    },
    {
      name: 'a file that cannot be opened, read or written says why, in a worker too',
      async run(ctx) {
        openFailures({ ...ctx, data: { dir: ctx.file('here') } });
        await ctx.inWorker(openFailures, { data: { dir: ctx.file('there') } });
      },
    },
  ],
};
