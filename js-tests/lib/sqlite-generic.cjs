'use strict';
// The generic surface of docs/writing-a-target.md on the interface of `node:sqlite`, for the adapters of SQLite
// targets. Nothing is wrapped: objects are the target's own.

const os = require('node:os');
const path = require('node:path');
const { threadId } = require('node:worker_threads');

/** Long enough that no thread waits for its end. */
const ROWS = 2_000_000_000;

/** What was made for each module of this thread: it holds databases. */
const made = new WeakMap();

/** @param {object} module what `load()` of the adapter gave in this thread */
function generic(module) {
  if (!made.has(module)) made.set(module, surface(module));
  return made.get(module);
}

function surface({ DatabaseSync, StatementSync, backup }) {
  const { prepare, close, createSession } = DatabaseSync.prototype;
  const { get } = StatementSync.prototype;
  const invoke = (method, receiver, ...args) => Reflect.apply(method, receiver, args);

  /** Databases that live until their thread ends. */
  const kept = [];
  let memory;
  const own = () => {
    memory ??= new DatabaseSync(':memory:');
    return memory;
  };
  let depth = 0;
  let copies = 0;

  const make = () => new DatabaseSync(':memory:');
  const use = (object) => {
    const statement =
      object instanceof StatementSync ? object : invoke(prepare, object, 'select 6 * 7 as n');
    return invoke(get, statement).n;
  };
  const dispose = (object) => invoke(close, object);

  /** Runs SQL with a function that SQLite calls; calls inside of calls have names of their own. */
  const calling = (db, fn, sql, ...args) => {
    const name = `callback_${depth++}`;
    try {
      db.function(name, { varargs: true }, fn);
      return db.prepare(sql(name)).get(...args);
    } finally {
      depth--;
    }
  };

  return {
    make,
    use,
    dispose,
    child: (db) => invoke(prepare, db, 'select 7 as n'),
    other: () => invoke(createSession, make()),
    visit: (db, fn) => {
      calling(db, fn, (name) => `select ${name}() as n`);
      return use(db);
    },
    /** On a database of its own: a function that was defined is held for as long as its database is open. */
    call: (fn, ...args) => {
      const places = args.map(() => '?').join(', ');
      const db = make();
      try {
        return calling(db, fn, (name) => `select ${name}(${places}) as n`, ...args).n;
      } finally {
        db.close();
      }
    },
    later: () => backup(own(), path.join(os.tmpdir(), `copy-${threadId}-${copies++}.db`)),
    keep: (view) => {
      own().exec('create table if not exists kept (id integer primary key, bytes blob)');
      own().prepare('insert or replace into kept values (1, ?)').run(view);
    },
    sum: () => {
      const { bytes } = own().prepare('select bytes from kept').get();
      return bytes.reduce((sum, byte) => sum + byte, 0);
    },
    scan: (view, fn) => {
      const { bytes } = calling(own(), fn, (name) => `select ? as bytes, ${name}() as n`, view);
      return bytes.reduce((sum, byte) => sum + byte, 0);
    },
    open: (dir) => {
      const db = new DatabaseSync(path.join(dir, 'data'), { timeout: 5000 });
      kept.push(db);
      db.exec('create table if not exists used (n); insert into used values (1)');
    },
    busy: (cell) => {
      const inside = () => Atomics.store(cell, 0, 1);
      calling(
        own(),
        inside,
        (name) =>
          `with recursive n (i) as (select ${name}() union all select i + 1 from n where i < ${ROWS})
           select count(*) as n from n`,
      );
    },
    classes: () => {
      const db = make();
      return [
        [DatabaseSync, db],
        [StatementSync, db.prepare('select 1')],
      ];
    },
    takers: () => [
      ['use', use],
      ['dispose', dispose],
    ],
    others: () => (createSession ? [invoke(createSession, make())] : []),
  };
}

module.exports = { generic };
