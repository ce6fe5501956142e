'use strict';

/** `@threadproof/sqlite/extras`: transactions, pragmas, forms of rows, deadlines, interrupts, usage. */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, afterEach, describe, test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { DatabaseSync, StatementSync } = require('../index.cjs');
const extras = require('../extras.cjs');
const { Database, Statement, interrupt } = extras;

const folder = mkdtempSync(join(tmpdir(), 'extras-'));
const opened = [];
let files = 0;

/** A database that is closed after the test. */
function open(path = ':memory:', options = {}) {
  const db = new Database(path, options);
  opened.push(db);
  return db;
}
const file = () => join(folder, `${files++}.db`);

afterEach(() => {
  for (const db of opened.splice(0)) db[Symbol.dispose ?? Symbol.for('nodejs.dispose')]();
});
after(() => rmSync(folder, { recursive: true }));

const INVALID = { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' };
/** Minutes of work, unless somebody ends it. */
const ENDLESS =
  'with recursive n(i) as (select 1 union all select i + 1 from n where i < 1e9) ' +
  'select count(*) as n from n';
/** The same with rows on the way. */
const ROWS =
  'with recursive n(i) as (select 1 union all select i + 1 from n where i < 1e9) select i from n';

/** Rows without their null prototype. */
const plain = (value) => JSON.parse(JSON.stringify(value));

describe('classes', () => {
  test('extend those of the main entry', () => {
    const db = open();
    assert.ok(db instanceof DatabaseSync);
    assert.ok(db instanceof Database);
    const statement = db.prepare('select 1 as a');
    assert.ok(statement instanceof StatementSync);
    assert.ok(statement instanceof Statement);
    assert.strictEqual(Database.name, 'Database');
    assert.strictEqual(Statement.name, 'Statement');
    assert.deepStrictEqual(plain(statement.all()), [{ a: 1 }]);
    assert.deepStrictEqual(Object.keys(extras).sort(), [
      'Database',
      'Statement',
      'interrupt',
      'usage',
    ]);
  });

  test('statements are made by prepare(), not by new', () => {
    assert.throws(() => new Statement(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
    const made = open().prepare('select 1');
    for (const method of ['pluck', 'raw', 'expand', 'deadline', 'get', 'all', 'iterate']) {
      for (const receiver of [null, undefined, {}, Object.create(Statement.prototype)]) {
        assert.throws(() => Statement.prototype[method].call(receiver), TypeError, method);
      }
      const other = new DatabaseSync(':memory:');
      const unlike = other.prepare('select 1');
      assert.throws(() => Statement.prototype[method].call(unlike), {
        message: 'Illegal invocation',
      });
      other.close();
    }
    assert.ok(made);
  });

  test('can be extended further', () => {
    class Library extends Database {
      titles() {
        return this.prepare('select title from book order by title').pluck().all();
      }
    }
    const library = new Library(':memory:');
    opened.push(library);
    library.exec("create table book (title); insert into book values ('b'), ('a')");
    assert.deepStrictEqual(library.titles(), ['a', 'b']);
  });

  test('options of prepare() and of the database are kept', () => {
    const db = open(':memory:', { readBigInts: true });
    assert.strictEqual(db.prepare('select 1').pluck().get(), 1n);
    assert.strictEqual(db.prepare('select 1', { readBigInts: false }).pluck().get(), 1);
    assert.deepStrictEqual(db.prepare('select 1 as a', { returnArrays: true }).get(), [1n]);
  });
});

describe('pragma()', () => {
  test('gives rows, or one value', () => {
    const db = open();
    assert.deepStrictEqual(plain(db.pragma('user_version')), [{ user_version: 0 }]);
    assert.deepStrictEqual(plain(db.pragma('user_version', { simple: false })), [
      { user_version: 0 },
    ]);
    assert.deepStrictEqual(plain(db.pragma('user_version', {})), [{ user_version: 0 }]);
    assert.strictEqual(db.pragma('user_version', { simple: true }), 0);
    assert.strictEqual(db.pragma('journal_mode', { simple: true }), 'memory');
  });

  test('sets what it is told to', () => {
    const db = open();
    db.pragma('user_version = 7');
    assert.strictEqual(db.pragma('user_version', { simple: true }), 7);
    // No rows, no columns.
    assert.strictEqual(db.pragma('user_version = 8', { simple: true }), undefined);
    assert.deepStrictEqual(db.pragma('user_version = 9'), []);
    assert.strictEqual(db.pragma('user_version', { simple: true }), 9);
    // Columns, no rows.
    assert.strictEqual(db.pragma('table_info(missing)', { simple: true }), undefined);
    assert.deepStrictEqual(db.pragma('table_info(missing)'), []);
  });

  test('leaves nothing running', () => {
    const path = file();
    const db = open(path);
    db.pragma('journal_mode = wal');
    db.exec('create table t (a); insert into t values (1)');
    db.pragma('integrity_check', { simple: true });
    assert.throws(() => db.pragma('nonsense('), { code: 'ERR_SQLITE_ERROR' });
    // A running statement would keep the journal mode from changing.
    assert.strictEqual(db.pragma('journal_mode = delete', { simple: true }), 'delete');
  });

  test('checks its arguments', () => {
    const db = open();
    for (const source of [undefined, null, 1, {}]) {
      assert.throws(() => db.pragma(source), INVALID);
    }
    for (const options of [null, 1, 'simple', true]) {
      assert.throws(() => db.pragma('user_version', options), INVALID);
    }
    for (const simple of [null, 1, 'true']) {
      assert.throws(() => db.pragma('user_version', { simple }), INVALID);
    }
    db.close();
    assert.throws(() => db.pragma('user_version'), { code: 'ERR_INVALID_STATE' });
  });
});

describe('transaction()', () => {
  const count = (db) => db.prepare('select count(*) from t').pluck().get();
  function table() {
    const db = open();
    db.exec('create table t (a primary key)');
    return db;
  }

  test('commits when the function returns, and gives what it returns', () => {
    const db = table();
    const insert = db.transaction(function (...values) {
      assert.ok(db.isTransaction);
      for (const value of values) db.prepare('insert into t values (?)').run(value);
      return [this, values.length];
    });
    const receiver = {};
    assert.deepStrictEqual(insert.call(receiver, 1, 2, 3), [receiver, 3]);
    assert.strictEqual(db.isTransaction, false);
    assert.strictEqual(count(db), 3);
  });

  test('rolls back when it throws, and throws the same', () => {
    const db = table();
    for (const thrown of [new Error('mine'), null, 'text']) {
      const fail = db.transaction(() => {
        db.exec('insert into t values (1)');
        throw thrown;
      });
      let caught = 'nothing';
      try {
        fail();
      } catch (error) {
        caught = error;
      }
      assert.strictEqual(caught, thrown);
      assert.strictEqual(db.isTransaction, false);
      assert.strictEqual(count(db), 0);
    }
  });

  test('nested ones are savepoints', () => {
    const db = table();
    const insert = db.transaction((value) => db.prepare('insert into t values (?)').run(value));
    const outer = db.transaction(() => {
      insert(1);
      assert.ok(db.isTransaction);
      assert.throws(() => insert(1), { errcode: 1555 });
      insert(2);
      const inner = db.transaction(() => {
        insert(3);
        throw new Error('inner');
      });
      assert.throws(inner, { message: 'inner' });
      // Nested three deep, and each still what it was.
      db.transaction(() => db.transaction(() => insert(4))())();
      assert.ok(db.isTransaction);
    });
    outer();
    assert.deepStrictEqual(db.prepare('select a from t order by a').pluck().all(), [1, 2, 4]);
    assert.strictEqual(db.isTransaction, false);
  });

  test('an error that leaves all of them undoes all of them', () => {
    const db = table();
    const insert = db.transaction((value) => db.prepare('insert into t values (?)').run(value));
    const outer = db.transaction(() => {
      insert(1);
      db.transaction(() => {
        insert(2);
        throw new Error('deep');
      })();
    });
    assert.throws(outer, { message: 'deep' });
    assert.strictEqual(count(db), 0);
    assert.strictEqual(db.isTransaction, false);
  });

  test('inside of a transaction by hand, it is a savepoint of that', () => {
    const db = table();
    db.exec('begin');
    db.transaction(() => db.exec('insert into t values (1)'))();
    assert.ok(db.isTransaction);
    assert.throws(
      db.transaction.call(db, () => {
        db.exec('insert into t values (2)');
        throw new Error('x');
      }),
    );
    assert.ok(db.isTransaction);
    assert.strictEqual(count(db), 1);
    db.exec('rollback');
    assert.strictEqual(count(db), 0);
  });

  test('begins as it is named', () => {
    const path = file();
    const db = open(path);
    db.exec('create table t (a)');
    const other = open(path);
    /** What another connection may do meanwhile. */
    const allowed = () =>
      ['select * from t', 'begin immediate; rollback'].map((sql) => {
        try {
          other.exec(sql);
          return true;
        } catch (error) {
          assert.strictEqual(error.errcode, 5);
          return false;
        }
      });
    const look = db.transaction(allowed);
    assert.deepStrictEqual(look(), [true, true]);
    assert.deepStrictEqual(look.default(), [true, true]);
    assert.deepStrictEqual(look.deferred(), [true, true]);
    assert.deepStrictEqual(look.immediate(), [true, false]);
    assert.deepStrictEqual(look.exclusive(), [false, false]);
    assert.deepStrictEqual(allowed(), [true, true]);
    // Each has all of the others, and names its database.
    assert.strictEqual(look.immediate.exclusive, look.exclusive);
    assert.strictEqual(look.exclusive.default, look);
    assert.strictEqual(look.deferred.database, db);
    assert.throws(() => {
      look.database = undefined;
    }, TypeError);
  });

  test('a lock that another holds is an error before the function is called', () => {
    const path = file();
    const db = open(path);
    const other = open(path);
    other.exec('begin immediate');
    let calls = 0;
    const work = db.transaction(() => calls++);
    assert.throws(() => work.immediate(), { errcode: 5, message: 'database is locked' });
    assert.strictEqual(calls, 0);
    assert.strictEqual(db.isTransaction, false);
    other.exec('rollback');
    work.immediate();
    assert.strictEqual(calls, 1);
  });

  test('a commit that fails is rolled back', () => {
    const db = open();
    db.exec(
      'create table p (id integer primary key);' +
        'create table c (p references p deferrable initially deferred)',
    );
    const orphan = db.transaction(() => db.exec('insert into c values (1)'));
    assert.throws(orphan, { errcode: 787, message: 'FOREIGN KEY constraint failed' });
    assert.strictEqual(db.isTransaction, false);
    assert.strictEqual(db.prepare('select count(*) from c').pluck().get(), 0);
  });

  test('what SQLite has rolled back itself is not rolled back again', () => {
    const db = table();
    const insert = db.transaction((value) => {
      db.exec('insert into t values (0)');
      db.prepare('insert or rollback into t values (?)').run(value);
    });
    insert(1);
    db.exec('delete from t where a = 0');
    // The constraint's own error, not "cannot rollback - no transaction is active".
    assert.throws(() => insert(1), { errcode: 1555 });
    assert.strictEqual(db.isTransaction, false);
    assert.strictEqual(count(db), 1);
    // The same inside of another one, where the outer one is gone, too.
    const outer = db.transaction(() => insert(1));
    assert.throws(outer, { errcode: 1555 });
    assert.strictEqual(db.isTransaction, false);
  });

  test('a function that ends the transaction itself gets the error of the commit', () => {
    const db = table();
    const early = db.transaction(() => {
      db.exec('insert into t values (1)');
      db.exec('commit');
    });
    assert.throws(early, { message: /no transaction is active/ });
    assert.strictEqual(count(db), 1);
  });

  test('a function that closes the database gets its error, and nothing hangs on', () => {
    const db = table();
    const closes = db.transaction(() => db.close());
    assert.throws(closes, { code: 'ERR_INVALID_STATE', message: 'database is not open' });
    assert.throws(closes, { code: 'ERR_INVALID_STATE', message: 'database is not open' });
  });

  test('refuses functions that are async', () => {
    const db = table();
    const later = db.transaction(async () => {
      db.exec('insert into t values (1)');
    });
    assert.throws(later, { ...INVALID, message: /must not return a promise/ });
    assert.strictEqual(count(db), 0);
    assert.strictEqual(db.isTransaction, false);
    const thenable = db.transaction(() => ({ then() {} }));
    assert.throws(thenable, INVALID);
  });

  test('checks its argument', () => {
    const db = open();
    for (const fn of [undefined, null, 'begin', {}]) {
      assert.throws(() => db.transaction(fn), INVALID);
    }
    const work = db.transaction(() => {});
    db.close();
    assert.throws(work, { code: 'ERR_INVALID_STATE' });
    db.open();
    work();
  });
});

describe('forms of rows', () => {
  function notes() {
    const db = open();
    db.exec(
      'create table author (id integer primary key, name);' +
        "insert into author values (1, 'Ada'), (2, null);" +
        'create table note (id integer primary key, author, body);' +
        "insert into note values (1, 1, 'a'), (2, 2, null)",
    );
    return db;
  }

  test('pluck() gives the first column', () => {
    const statement = notes().prepare('select name, id from author order by id').pluck();
    assert.deepStrictEqual(statement.all(), ['Ada', null]);
    assert.deepStrictEqual([...statement.iterate()], ['Ada', null]);
    assert.strictEqual(statement.get(), 'Ada');
    // A null is a value; no row is undefined.
    const one = notes().prepare('select name from author where id = ?').pluck();
    assert.strictEqual(one.get(2), null);
    assert.strictEqual(one.get(3), undefined);
    assert.strictEqual(one.pluck(false).get(3), undefined);
    assert.deepStrictEqual(plain(one.get(1)), { name: 'Ada' });
  });

  test('raw() gives arrays', () => {
    const statement = notes().prepare('select id, id as id, name from author order by id').raw();
    assert.deepStrictEqual(statement.all(), [
      [1, 1, 'Ada'],
      [2, 2, null],
    ]);
    assert.deepStrictEqual(statement.get(), [1, 1, 'Ada']);
    assert.deepStrictEqual([...statement.iterate()][1], [2, 2, null]);
    assert.deepStrictEqual(plain(statement.raw(false).get()), { id: 1, name: 'Ada' });
  });

  test('expand() gives an object for each table, and $ for what belongs to none', () => {
    const db = notes();
    const join = db
      .prepare(
        'select note.*, author.*, 1 + 1 as two, upper(body) from note ' +
          'join author on author.id = note.author order by note.id',
      )
      .expand();
    assert.deepStrictEqual(plain(join.all()), [
      {
        note: { id: 1, author: 1, body: 'a' },
        author: { id: 1, name: 'Ada' },
        $: { two: 2, 'upper(body)': 'A' },
      },
      {
        note: { id: 2, author: 2, body: null },
        author: { id: 2, name: null },
        $: { two: 2, 'upper(body)': null },
      },
    ]);
    assert.deepStrictEqual(join.get(), join.all()[0]);
    assert.deepStrictEqual([...join.iterate()], join.all());
    // A table by its own name, whatever the query calls it; columns by what the query calls them.
    assert.deepStrictEqual(
      plain(db.prepare('select n.id as number from note n where id = 1').expand().get()),
      { note: { number: 1 } },
    );
    assert.deepStrictEqual(plain(db.prepare('select 1 as a').expand().get()), { $: { a: 1 } });
    assert.strictEqual(db.prepare('select * from note where 0').expand().get(), undefined);
  });

  test('a column that was added is expanded, too', () => {
    const db = notes();
    const statement = db.prepare('select * from author where id = 1').expand();
    assert.deepStrictEqual(plain(statement.get()), { author: { id: 1, name: 'Ada' } });
    db.exec('alter table author add column born default 1815');
    assert.deepStrictEqual(plain(statement.get()), { author: { id: 1, name: 'Ada', born: 1815 } });
  });

  test('names that objects have anyway are only names', () => {
    const db = open();
    db.exec(
      'create table "__proto__" ("__proto__", "polluted"); insert into "__proto__" values (1, 2)',
    );
    const row = db.prepare('select * from "__proto__"').expand().get();
    const polluted = {}.polluted;
    delete Object.prototype.polluted;
    assert.strictEqual(polluted, undefined);
    const [[name, columns], ...others] = Object.entries(row);
    assert.strictEqual(name, '__proto__');
    assert.deepStrictEqual(Object.entries(columns), [
      ['__proto__', 1],
      ['polluted', 2],
    ]);
    assert.deepStrictEqual(others, []);
  });

  test('the last one asked for counts, and each gives the statement', () => {
    const statement = notes().prepare('select id, name from author where id = 1');
    assert.strictEqual(statement.pluck(), statement);
    assert.strictEqual(statement.get(), 1);
    assert.strictEqual(statement.raw(), statement);
    assert.deepStrictEqual(statement.get(), [1, 'Ada']);
    assert.strictEqual(statement.expand(true), statement);
    assert.deepStrictEqual(plain(statement.get()), { author: { id: 1, name: 'Ada' } });
    // One that is not on is not switched off.
    statement.pluck(false).raw(false);
    assert.deepStrictEqual(plain(statement.get()), { author: { id: 1, name: 'Ada' } });
    statement.expand(false);
    assert.deepStrictEqual(plain(statement.get()), { id: 1, name: 'Ada' });
    statement.pluck().pluck().pluck(false);
    assert.deepStrictEqual(plain(statement.get()), { id: 1, name: 'Ada' });
  });

  test('parameters are bound in all forms', () => {
    const db = open();
    const statement = db.prepare('select $a as a, ? as b');
    assert.deepStrictEqual(statement.raw().get({ a: 1 }, 2), [1, 2]);
    assert.strictEqual(statement.pluck().get({ $a: 'x' }), 'x');
    assert.deepStrictEqual(plain(statement.expand().all({ a: 1n }, null)), [
      { $: { a: 1, b: null } },
    ]);
    assert.deepStrictEqual([...statement.raw().iterate({ a: true })], [[1, null]]);
    assert.throws(() => statement.get({ c: 1 }), { code: 'ERR_INVALID_STATE' });
  });

  test('iterators read rows as they are asked for, in all forms', () => {
    const db = open();
    let calls = 0;
    db.function('read', (value) => {
      calls++;
      return value;
    });
    for (const form of ['pluck', 'raw', 'expand']) {
      calls = 0;
      const rows = db.prepare('select read(value) from json_each(?)')[form]().iterate('[1, 2, 3]');
      assert.strictEqual(calls, 0);
      rows.next();
      assert.strictEqual(calls, 1);
      rows.next();
      assert.strictEqual(calls, 2);
      rows.return();
    }
  });

  test('iterators that are left early give their locks back', () => {
    const path = file();
    const db = open(path);
    db.exec('create table t (a); insert into t values (1), (2), (3)');
    for (const form of ['pluck', 'expand', 'raw']) {
      for (const row of db.prepare('select a from t')[form]().iterate()) {
        assert.ok(row);
        break;
      }
      // A reader that is not done would keep a writer of another connection from committing.
      open(path).exec('update t set a = a');
    }
  });

  test('statements without rows refuse them', () => {
    const db = notes();
    const insert = db.prepare('insert into author values (null, ?)');
    for (const form of ['pluck', 'raw', 'expand']) {
      assert.throws(() => insert[form](), {
        code: 'ERR_INVALID_ARG_VALUE',
        message: `${form}() is for statements that return rows.`,
      });
      assert.strictEqual(insert[form](false), insert);
      for (const on of [null, 0, 'no']) assert.throws(() => insert[form](on), INVALID);
    }
    assert.strictEqual(insert.run('x').changes, 1);
    const returning = db.prepare('insert into author values (null, ?) returning id').pluck();
    assert.strictEqual(returning.get('y'), 4);
  });

  test('run() is as before', () => {
    const statement = notes().prepare('update author set name = ? returning id').pluck();
    assert.deepStrictEqual(statement.run('x'), { changes: 2, lastInsertRowid: 2 });
  });
});

describe('deadline()', () => {
  const EXCEEDED = { code: 'ERR_DEADLINE_EXCEEDED', errcode: 9, name: 'Error' };
  /** Milliseconds that a call takes. */
  function time(call) {
    const start = performance.now();
    call();
    return performance.now() - start;
  }

  test('ends a query that takes too long', () => {
    const db = open();
    const statement = db.prepare(ENDLESS).deadline(50);
    for (const method of ['get', 'all', 'run']) {
      const took = time(() => assert.throws(() => statement[method](), EXCEEDED));
      assert.ok(took >= 50, `${took}`);
      assert.ok(took < 5000, `${took}`);
    }
    assert.throws(() => statement.iterate().next(), EXCEEDED);
    // The connection and the statement go on.
    assert.strictEqual(db.prepare('select 1').pluck().get(), 1);
    assert.strictEqual(db.isTransaction, false);
  });

  test('counts from the start of an execution, each one anew', () => {
    const db = open();
    const statement = db
      .prepare(
        'with recursive n(i) as (values(1) union all select i + 1 from n where i < ?1) select count(*) from n',
      )
      .pluck()
      .deadline(200);
    for (let i = 0; i < 5; i++) assert.strictEqual(statement.get(10_000), 10_000);
    assert.throws(() => statement.get(1e9), EXCEEDED);
    assert.strictEqual(statement.get(10), 10);
  });

  test('counts to the last row of an iteration', () => {
    const start = performance.now();
    const rows = open().prepare(ROWS).deadline(100).iterate();
    assert.throws(() => {
      for (const row of rows) void row;
    }, EXCEEDED);
    assert.ok(performance.now() - start >= 100);
  });

  test('zero ends what takes any time at all, null ends nothing', () => {
    const db = open();
    const statement = db.prepare(ENDLESS);
    assert.throws(() => statement.deadline(0).get(), EXCEEDED);
    const short = db.prepare('select 1').pluck().deadline(0).deadline(null);
    assert.strictEqual(short.get(), 1);
  });

  test('is of one statement, not of the connection', () => {
    const db = open();
    db.prepare(ENDLESS).deadline(1);
    const other = db
      .prepare(
        'with recursive n(i) as (values(1) union all select i + 1 from n where i < 300000) select count(*) from n',
      )
      .pluck();
    assert.strictEqual(other.get(), 300_000);
  });

  test('ends a function that SQLite calls, at its next instruction', () => {
    const db = open();
    let calls = 0;
    db.function('slow', (i) => {
      calls++;
      const until = performance.now() + 2;
      while (performance.now() < until);
      return i;
    });
    const statement = db.prepare(ROWS.replace('select i from', 'select max(slow(i)) from'));
    assert.throws(() => statement.deadline(50).get(), EXCEEDED);
    assert.ok(calls > 0);
  });

  test('ends waiting for a lock', () => {
    const path = file();
    const db = open(path, { timeout: 60_000 });
    db.exec('create table t (a)');
    const other = open(path);
    other.exec('begin immediate');
    const insert = db.prepare('insert into t values (1)').deadline(100);
    const took = time(() => assert.throws(() => insert.run(), EXCEEDED));
    assert.ok(took >= 100, `${took}`);
    assert.ok(took < 10_000, `${took}`);
    other.exec('rollback');
    assert.strictEqual(insert.run().changes, 1);
  });

  test('a busy timeout that is shorter ends it first, as it always does', () => {
    const path = file();
    const db = open(path, { timeout: 20 });
    db.exec('create table t (a)');
    const other = open(path);
    other.exec('begin immediate');
    const insert = db.prepare('insert into t values (1)').deadline(60_000);
    assert.throws(() => insert.run(), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
  });

  test('rolls back a write that it ends', () => {
    const db = open();
    db.exec('create table t (a)');
    const insert = db.prepare(`insert into t ${ROWS}`).deadline(50);
    assert.throws(() => insert.run(), EXCEEDED);
    assert.strictEqual(db.prepare('select count(*) from t').pluck().get(), 0);
    // Within a transaction as well, of which nothing is left then.
    const work = db.transaction(() => {
      db.exec('insert into t values (1)');
      insert.run();
    });
    assert.throws(work, EXCEEDED);
    assert.strictEqual(db.isTransaction, false);
    assert.strictEqual(db.prepare('select count(*) from t').pluck().get(), 0);
  });

  test('checks its argument', () => {
    const db = open();
    const statement = db.prepare('select 1');
    for (const value of [undefined, '1', 1.5, NaN, Infinity, 2 ** 31, 1n, {}]) {
      assert.throws(() => statement.deadline(value), INVALID, String(value));
    }
    assert.throws(() => statement.deadline(-1), { code: 'ERR_OUT_OF_RANGE' });
    statement.close();
    assert.throws(() => statement.deadline(1), { code: 'ERR_INVALID_STATE' });
  });
});

describe('interrupts', () => {
  const INTERRUPTED = { code: 'ERR_SQLITE_ERROR', errcode: 9, message: 'interrupted' };

  /** A worker that interrupts when `started` says so, and again while that is set. */
  const INTERRUPTER = `
    const { workerData } = require('node:worker_threads');
    const { interrupt } = require(workerData.extras);
    Atomics.wait(workerData.started, 0, 0);
    // Until the execution that it is for has begun, which nobody can say from JavaScript.
    while (Atomics.wait(workerData.ended, 0, 0, 20) === 'timed-out') interrupt(workerData.token);
  `;
  const flag = () => new Int32Array(new SharedArrayBuffer(4));

  async function interruptedBy(db, call) {
    const started = flag();
    const ended = flag();
    const token = db.interruptToken();
    const worker = new Worker(INTERRUPTER, {
      eval: true,
      workerData: { extras: require.resolve('../extras.cjs'), token, started, ended },
    });
    const exit = once(worker, 'exit');
    await once(worker, 'online');
    Atomics.store(started, 0, 1);
    Atomics.notify(started, 0);
    try {
      call();
    } finally {
      Atomics.store(ended, 0, 1);
      Atomics.notify(ended, 0);
      assert.deepStrictEqual(await exit, [0]);
    }
  }

  test('a worker ends what this thread runs, with a token that was posted', async () => {
    const db = open();
    const statement = db.prepare(ENDLESS);
    await interruptedBy(db, () => assert.throws(() => statement.get(), INTERRUPTED));
    await interruptedBy(db, () => assert.throws(() => db.exec(ENDLESS), INTERRUPTED));
    await interruptedBy(db, () =>
      assert.throws(() => {
        for (const row of db.prepare(ROWS).iterate()) void row;
      }, INTERRUPTED),
    );
    assert.strictEqual(db.prepare('select 1').pluck().get(), 1);
  });

  test('this thread ends what a worker runs', async () => {
    const worker = new Worker(
      `
      const { parentPort, workerData } = require('node:worker_threads');
      const { Database } = require(workerData.extras);
      const db = new Database(':memory:');
      db.function('tick', () => { Atomics.add(workerData.ticks, 0, 1); return 1; });
      parentPort.postMessage(db.interruptToken());
      try {
        db.exec(workerData.sql);
        process.exitCode = 3;
      } catch (error) {
        if (error.errcode !== 9) throw error;
        if (db.prepare('select 1').pluck().get() !== 1) process.exitCode = 4;
      }
      `,
      {
        eval: true,
        workerData: {
          extras: require.resolve('../extras.cjs'),
          sql: ROWS.replace('select i from', 'select sum(tick()) from'),
          ticks: flag(),
        },
      },
    );
    const exit = once(worker, 'exit');
    let running = true;
    exit.then(() => (running = false));
    const [token] = await once(worker, 'message');
    while (running) {
      interrupt(token);
      await new Promise((done) => {
        setTimeout(done, 10);
      });
    }
    assert.deepStrictEqual(await exit, [0]);
  });

  test('ends waiting for a lock', async () => {
    const path = file();
    const db = open(path, { timeout: 60_000 });
    db.exec('create table t (a)');
    const other = open(path);
    other.exec('begin immediate');
    const start = performance.now();
    await interruptedBy(db, () =>
      assert.throws(() => db.exec('insert into t values (1)'), { errcode: 9 }),
    );
    assert.ok(performance.now() - start < 30_000);
  });

  test('a token that is used while nothing runs changes nothing', () => {
    const db = open();
    const token = db.interruptToken();
    interrupt(token);
    interrupt(token);
    assert.strictEqual(db.prepare('select 1').pluck().get(), 1);
    db.interrupt();
    const count =
      'with recursive n(i) as (values(1) union all select i + 1 from n where i < 300000) select count(*) from n';
    assert.strictEqual(db.prepare(count).pluck().get(), 300_000);
    db.interrupt();
    db.exec(count);
    db.interrupt();
    assert.strictEqual([...db.prepare(count).iterate()].length, 1);
  });

  test('interrupt() in a callback ends the query that called it', () => {
    const db = open();
    db.function('stop', () => {
      db.interrupt();
      return 1;
    });
    const statement = db.prepare(ROWS.replace('select i from', 'select sum(stop()) from'));
    assert.throws(() => statement.get(), INTERRUPTED);
    assert.strictEqual(db.prepare('select 1').pluck().get(), 1);
  });

  test('only the connection of the token is interrupted', async () => {
    const db = open();
    const other = open();
    other.interruptToken();
    const count =
      'with recursive n(i) as (values(1) union all select i + 1 from n where i < 2000000) select count(*) from n';
    await interruptedBy(db, () =>
      assert.strictEqual(other.prepare(count).pluck().get(), 2_000_000),
    );
  });

  test('the token is the same always, and outlives the connection', () => {
    const db = open();
    const token = db.interruptToken();
    assert.strictEqual(db.interruptToken(), token);
    assert.ok(token.buffer instanceof SharedArrayBuffer);
    db.close();
    interrupt(token);
    assert.strictEqual(db.interruptToken(), token);
    db.open();
    db.function('stop', () => {
      interrupt(token);
      return 1;
    });
    // The connection that was opened again is watched as the first one was.
    assert.throws(
      () => db.exec(ROWS.replace('select i from', 'select sum(stop()) from')),
      INTERRUPTED,
    );
  });

  test('checks its arguments', () => {
    const db = open();
    for (const token of [undefined, null, 1, {}, new Uint8Array(4), new SharedArrayBuffer(4), db]) {
      assert.throws(() => interrupt(token), INVALID);
    }
    const closed = new Database(':memory:', { open: false });
    assert.throws(() => closed.interruptToken(), { code: 'ERR_INVALID_STATE' });
    assert.throws(() => closed.interrupt(), { code: 'ERR_INVALID_STATE' });
  });

  test('a view of a token of another thread works as the token', () => {
    const db = open();
    const token = db.interruptToken();
    const copy = new Int32Array(structuredClone(token.buffer));
    db.function('stop', () => {
      interrupt(copy);
      return 1;
    });
    assert.throws(
      () => db.exec(ROWS.replace('select i from', 'select sum(stop()) from')),
      INTERRUPTED,
    );
  });
});

describe('usage()', () => {
  /** Loads the addon in a process of its own, opens things on several threads, and says what is held. */
  const inProcess = (env) => {
    const file = join(__dirname, 'usage-process.cjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', file], {
      env: { ...process.env, THREADPROOF_SQLITE_MEMSTATUS: '', ...env },
      encoding: 'utf8',
    });
    assert.strictEqual(status, 0, stderr);
    return JSON.parse(stdout);
  };

  test('counts what all threads hold, and nothing when they have given it back', () => {
    const { before, during, after } = inProcess({});
    const none = {
      databases: 0,
      statements: 0,
      sessions: 0,
      backups: 0,
      bytes: null,
      highest: null,
    };
    assert.deepStrictEqual(before, none);
    assert.deepStrictEqual(during, { ...none, databases: 3, statements: 4, sessions: 1 });
    assert.deepStrictEqual(after, none);
  });

  test("has SQLite's memory where that was asked for", () => {
    const { before, during, after } = inProcess({ THREADPROOF_SQLITE_MEMSTATUS: '1' });
    assert.ok(during.bytes > before.bytes + 10_000, `${before.bytes} and then ${during.bytes}`);
    assert.strictEqual(after.bytes, before.bytes);
    assert.ok(after.highest >= during.bytes);
  });
});
