'use strict';

/** Virtual tables whose rows JavaScript makes: `createModule()`. */

const assert = require('node:assert');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, afterEach, describe, test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { once } = require('node:events');
const { DatabaseSync } = require('../index.cjs');

const folder = mkdtempSync(join(tmpdir(), 'modules-'));
after(() => rmSync(folder, { recursive: true }));

const opened = [];
afterEach(() => {
  for (const db of opened.splice(0)) if (db.isOpen) db.close();
});

const A = { name: 'a', type: 'ANY' };
const hidden = (name, type = 'ANY') => ({ name, type, hidden: true });
const all = (db, sql, ...values) => db.prepare(sql, { returnArrays: true }).all(...values);

/** A database, with a table `made` if there are rows for it. */
function open(rows, options = {}) {
  const db = new DatabaseSync(':memory:');
  opened.push(db);
  if (rows !== undefined) db.createModule('made', { columns: [A], ...options, rows });
  return db;
}

/** A database with `series(start, stop)`, and what that was asked for and when it ended. */
function series() {
  const log = [];
  const db = open();
  db.createModule('series', {
    columns: [{ name: 'value', type: 'INTEGER' }, hidden('start', 'INTEGER'), hidden('stop')],
    *rows(start, stop) {
      log.push([start, stop]);
      try {
        for (let i = start ?? 0; i <= (stop ?? 2); i++) yield [BigInt(i)];
      } finally {
        log.push('end');
      }
    },
  });
  return { db, log };
}

const INVALID = { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' };

describe('tables', () => {
  test('are there by the name of their module, without being created', () => {
    const { db } = series();
    assert.deepStrictEqual(all(db, 'select * from series(1, 3)'), [[1], [2], [3]]);
    assert.deepStrictEqual(all(db, 'select * from SERIES(2, 2)'), [[2]]);
    assert.deepStrictEqual(all(db, 'select * from temp.sqlite_master'), []);
  });

  test('can be created under other names, and dropped', () => {
    const { db, log } = series();
    db.exec('create virtual table numbers using series');
    assert.deepStrictEqual(all(db, 'select * from numbers(1, 2)'), [[1], [2]]);
    assert.deepStrictEqual(all(db, 'select name, type from sqlite_master'), [['numbers', 'table']]);
    // What is written in parentheses there is for the module, and this kind ignores it.
    db.exec('create virtual table more using series(7, 9)');
    log.length = 0;
    assert.deepStrictEqual(all(db, 'select * from more'), [[0], [1], [2]]);
    assert.deepStrictEqual(log, [[undefined, undefined], 'end']);
    db.exec('drop table numbers; drop table more');
    assert.throws(() => db.prepare('select * from numbers'), { message: /no such table/ });
    assert.deepStrictEqual(all(db, 'select * from series(1, 1)'), [[1]]);
  });

  test('of a file need the module again on each connection', () => {
    const path = join(folder, 'created.db');
    const first = new DatabaseSync(path);
    opened.push(first);
    first.createModule('one', { columns: [A], rows: () => [[1n]] });
    first.exec('create virtual table t using one');
    const second = new DatabaseSync(path);
    opened.push(second);
    assert.throws(() => second.prepare('select * from t'), { message: 'no such module: one' });
    second.createModule('one', { columns: [A], rows: () => [[2n]] });
    assert.deepStrictEqual(all(second, 'select * from t'), [[2]]);
    assert.deepStrictEqual(all(first, 'select * from t'), [[1]]);
  });

  test('are gone after the connection was closed', () => {
    const db = open(() => [[1]]);
    db.close();
    db.open();
    assert.throws(() => db.prepare('select * from made'), { message: 'no such table: made' });
  });

  test('cannot be written to', () => {
    const db = open(() => [[1]]);
    for (const sql of [
      'insert into made values (1)',
      'update made set a = 1',
      'delete from made',
    ]) {
      assert.throws(() => db.prepare(sql), { message: 'table made may not be modified' });
    }
  });

  test('a real table of the same name comes first', () => {
    const db = open(() => [[1]]);
    db.exec('create table made (x); insert into made values (9)');
    assert.deepStrictEqual(all(db, 'select * from made'), [[9]]);
  });

  test('have row numbers, order, groups and conditions as any other', () => {
    const { db } = series();
    assert.deepStrictEqual(all(db, 'select rowid, value from series(5, 6)'), [
      [1, 5],
      [2, 6],
    ]);
    assert.deepStrictEqual(all(db, 'select value from series(1, 3) order by value desc'), [
      [3],
      [2],
      [1],
    ]);
    assert.deepStrictEqual(
      all(db, 'select value % 2, count(*) from series(1, 5) group by 1 order by 1'),
      [
        [0, 2],
        [1, 3],
      ],
    );
    assert.deepStrictEqual(all(db, 'select value from series(1, 9) where value > 7'), [[8], [9]]);
    db.exec('create table kept as select value from series(1, 4)');
    assert.deepStrictEqual(all(db, 'select sum(value) from kept'), [[10]]);
  });

  test('in workers, too', async () => {
    const worker = new Worker(
      `
      const { DatabaseSync } = require(${JSON.stringify(require.resolve('../index.cjs'))});
      const db = new DatabaseSync(':memory:');
      db.createModule('m', { columns: [{ name: 'a', type: 'ANY' }], rows: () => [[1], [2]] });
      process.exitCode = db.prepare('select sum(a) as n from m').get().n;
      `,
      { eval: true },
    );
    assert.deepStrictEqual(await once(worker, 'exit'), [3]);
  });
});

describe('parameters', () => {
  test('are the hidden columns, undefined where the query does not give them', () => {
    const { db, log } = series();
    assert.deepStrictEqual(all(db, 'select * from series'), [[0], [1], [2]]);
    assert.deepStrictEqual(all(db, 'select * from series(2)'), [[2]]);
    assert.deepStrictEqual(all(db, 'select * from series where stop = 0'), [[0]]);
    assert.deepStrictEqual(all(db, 'select * from series(null, 0)'), [[0]]);
    assert.deepStrictEqual(
      log.filter((entry) => entry !== 'end'),
      [
        [undefined, undefined],
        [2, undefined],
        [undefined, 0],
        [null, 0],
      ],
    );
    assert.throws(() => db.prepare('select * from series(1, 2, 3)'), {
      message: 'too many arguments on series() - max 2',
    });
  });

  test('are no part of *, and read what was given', () => {
    const { db } = series();
    assert.deepStrictEqual(all(db, 'select value, start, stop from series where stop = 0'), [
      [0, null, 0],
    ]);
    assert.deepStrictEqual(
      db
        .prepare('select * from series')
        .columns()
        .map(({ name, type, table }) => [name, type, table]),
      [['value', 'INTEGER', 'series']],
    );
  });

  test('come in the order of their columns, wherever these stand', () => {
    const seen = [];
    const db = open(
      (...parameters) => {
        seen.push(parameters);
        return [[1, 2]];
      },
      {
        columns: [hidden('x'), { name: 'p', type: 'ANY' }, hidden('y'), { name: 'q', type: 'ANY' }],
      },
    );
    assert.deepStrictEqual(all(db, 'select p, q, x, y from made(10, 20)'), [[1, 2, 10, 20]]);
    assert.deepStrictEqual(all(db, "select p, q from made where 'b' = y"), [[1, 2]]);
    assert.deepStrictEqual(seen, [
      [10, 20],
      [undefined, 'b'],
    ]);
  });

  test('come from bound parameters, subqueries and other tables of a join', () => {
    const { db, log } = series();
    assert.deepStrictEqual(all(db, 'select value from series(?, $stop)', { stop: 2 }, 1), [
      [1],
      [2],
    ]);
    assert.deepStrictEqual(
      all(db, 'select value from series((select 2), (select max(value) from series))'),
      [[2]],
    );
    log.length = 0;
    // Of the table that comes later in the query as well: SQLite finds the order.
    for (const sql of [
      'select a.value, b.value from series(1, 2) a, series(a.value, 2) b',
      'select a.value, b.value from series b, series(1, 2) a where b.start = a.value and b.stop = 2',
      'select a.value, b.value from series(1, 2) a left join series b on b.start = a.value and b.stop = 2',
    ]) {
      assert.deepStrictEqual(all(db, sql), [
        [1, 1],
        [1, 2],
        [2, 2],
      ]);
    }
    assert.deepStrictEqual(log.slice(0, 6), [[1, 2], [1, 2], 'end', [2, 2], 'end', 'end']);
    db.exec('create table bounds (lo, hi); insert into bounds values (1, 1), (5, 6)');
    assert.deepStrictEqual(all(db, 'select value from bounds, series(lo, hi)'), [[1], [5], [6]]);
    assert.deepStrictEqual(
      all(db, 'select hi, (select group_concat(value) from series(lo, hi)) from bounds'),
      [
        [1, '1'],
        [6, '5,6'],
      ],
    );
    assert.throws(
      () =>
        db.prepare(
          'select * from series a, series b where a.start = b.value and b.start = a.value',
        ),
      { message: 'no query solution' },
    );
  });

  test('of a list are one scan each', () => {
    const { db, log } = series();
    assert.deepStrictEqual(
      all(db, 'select start, value from series where start in (1, 2) and stop = 2'),
      [
        [1, 1],
        [1, 2],
        [2, 2],
      ],
    );
    assert.deepStrictEqual(log, [[1, 2], 'end', [2, 2], 'end']);
    assert.deepStrictEqual(all(db, 'select value from series where start = 1 or start = 2'), [
      [1],
      [2],
      [2],
    ]);
  });

  test('that contradict each other give no rows', () => {
    const { db } = series();
    db.exec('create table pairs (x, y); insert into pairs values (1, 2), (2, 2)');
    const sql = 'select value from pairs, series where start = x and start = y and stop = 2';
    assert.deepStrictEqual(all(db, sql), [[2]]);
  });

  test('that are compared otherwise are not given', () => {
    const { db, log } = series();
    // Hidden columns that are not given are null, and so is what is compared with them.
    assert.deepStrictEqual(all(db, 'select value from series where start > 1'), []);
    assert.deepStrictEqual(all(db, 'select value from series where start is null and stop = 0'), [
      [0],
    ]);
    assert.deepStrictEqual(log[0], [undefined, undefined]);
  });

  test('are exact, of every kind', () => {
    const seen = [];
    const db = open(
      (p) => {
        seen.push(p);
        return [[p]];
      },
      { columns: [A, hidden('p')] },
    );
    const values = [1.5, -0, 'text', 'a\0b', '', '\u{1F9F5}', null, new Uint8Array([0, 255])];
    for (const value of values) {
      const [[cell, parameter]] = all(db, 'select a, p from made(?)', value);
      assert.deepStrictEqual([cell, parameter, seen.pop()], [value, value, value]);
    }
    assert.throws(() => all(db, 'select * from made(9007199254740993)'), {
      code: 'ERR_OUT_OF_RANGE',
    });
    assert.deepStrictEqual(all(db, 'select * from made(1)'), [[1]]);
  });

  test('are bigints if asked for, and only integers', () => {
    const seen = [];
    const rows = (p) => {
      seen.push(p);
      return [];
    };
    const db = open(rows, { columns: [A, hidden('p')], useBigIntArguments: true });
    all(db, 'select * from made(9223372036854775807)');
    all(db, 'select * from made(1.5)');
    all(db, "select * from made('1')");
    assert.deepStrictEqual(seen, [2n ** 63n - 1n, 1.5, '1']);
    db.createModule('made', { columns: [A, hidden('p')], rows, useBigIntArguments: false });
    all(db, 'select * from made(1)');
    assert.deepStrictEqual(seen.pop(), 1);
  });

  test('can be thirty-one', () => {
    const columns = (n) => [A, ...Array.from({ length: n }, (_, i) => hidden(`h${i}`))];
    const numbers = Array.from({ length: 31 }, (_, i) => i);
    let seen;
    const db = open(
      (...given) => {
        seen = given;
        return [];
      },
      { columns: columns(31) },
    );
    all(db, `select * from made(${numbers.join()})`);
    assert.deepStrictEqual(seen, numbers);
    all(db, 'select * from made where h30 = 1');
    assert.deepStrictEqual(seen, [...new Array(30).fill(undefined), 1]);
    assert.throws(() => db.createModule('more', { columns: columns(32), rows: () => [] }), {
      ...INVALID,
      message: 'a virtual table can have up to 31 hidden columns, not 32',
    });
  });
});

describe('rows', () => {
  const rowsOf = (rows) => all(open(rows), 'select a from made');

  test('come from anything that can be iterated', () => {
    assert.deepStrictEqual(
      rowsOf(() => []),
      [],
    );
    assert.deepStrictEqual(
      rowsOf(() => ''),
      [],
    );
    assert.deepStrictEqual(
      rowsOf(() => [[1], [2]]),
      [[1], [2]],
    );
    assert.deepStrictEqual(
      rowsOf(() => new Set([[1], [2]])),
      [[1], [2]],
    );
    assert.deepStrictEqual(
      rowsOf(() => new Map([[1, 'one']])),
      [[1]],
    );
    assert.deepStrictEqual(
      rowsOf(function* () {
        yield [1];
        yield [2];
      }),
      [[1], [2]],
    );
    let at = 0;
    const next = () => (at++ < 2 ? { value: [at] } : { done: true, value: ['not a row'] });
    assert.deepStrictEqual(
      rowsOf(() => ({ [Symbol.iterator]: () => ({ next }) })),
      [[1], [2]],
    );
  });

  test('that are no iterable are refused', () => {
    const notIterable = { ...INVALID, message: /"options\.rows" function must return an iterable/ };
    const things = [
      undefined,
      null,
      1,
      true,
      {},
      () => [],
      Promise.resolve([]),
      { [Symbol.iterator]: 1 },
    ];
    for (const thing of things) assert.throws(() => rowsOf(() => thing), notIterable);
    assert.throws(() => rowsOf(async () => [[1]]), notIterable);
    assert.throws(
      () =>
        rowsOf(async function* () {
          yield [1];
        }),
      notIterable,
    );
    for (const iterator of [1, null, {}, { next: 1 }, { next: () => 1 }, { next: () => null }]) {
      assert.throws(() => rowsOf(() => ({ [Symbol.iterator]: () => iterator })), TypeError);
    }
  });

  test('that are no arrays are refused, and the iterator ends', () => {
    for (const row of [{ a: 1 }, 'text', 1, null, undefined, new Uint8Array(1), new Set([1])]) {
      let ended = 0;
      const db = open(function* () {
        try {
          yield [1];
          yield row;
        } finally {
          ended++;
        }
      });
      assert.throws(() => all(db, 'select a from made'), {
        ...INVALID,
        message: 'Each row of a virtual table must be an array.',
      });
      assert.strictEqual(ended, 1);
      assert.deepStrictEqual(all(db, 'select a from made limit 1'), [[1]]);
    }
  });

  test('may be shorter or longer than the columns', () => {
    const db = open(() => [[], [1], [1, 2], [1, 2, 3], new Array(2)], {
      columns: [A, { name: 'b', type: 'ANY' }],
    });
    assert.deepStrictEqual(all(db, 'select * from made'), [
      [null, null],
      [1, null],
      [1, 2],
      [1, 2],
      [null, null],
    ]);
  });

  test('are asked for as they are needed', () => {
    let made = 0;
    const db = open(function* () {
      for (;;) yield [++made];
    });
    assert.deepStrictEqual(all(db, 'select a from made limit 3'), [[1], [2], [3]]);
    assert.ok(made <= 4, `${made}`);
    made = 0;
    const iterator = db.prepare('select a from made').iterate();
    iterator.next();
    assert.strictEqual(made, 1);
    iterator.next();
    assert.strictEqual(made, 2);
    iterator.return();
  });

  test('can be many', () => {
    const N = 100_000;
    const db = open(
      function* () {
        for (let i = 1; i <= N; i++) yield [i, `row ${i}`, null];
      },
      { columns: [A, { name: 'b', type: 'TEXT' }, { name: 'c', type: 'BLOB' }] },
    );
    assert.deepStrictEqual(all(db, 'select count(*), sum(a), max(length(b)), count(c) from made'), [
      [N, (N * (N + 1)) / 2, 10, 0],
    ]);
    const rows = all(db, 'select * from made');
    assert.strictEqual(rows.length, N);
    assert.deepStrictEqual(rows[N - 1], [N, `row ${N}`, null]);
  });

  test('can be large', () => {
    const text = 'x'.repeat(1 << 20);
    const bytes = new Uint8Array(1 << 20).fill(7);
    const db = open(() => [[text, bytes]], { columns: [A, { name: 'b', type: 'BLOB' }] });
    const [[first, second]] = all(db, 'select a, b from made');
    assert.ok(first === text);
    assert.deepStrictEqual(second, bytes);
  });
});

describe('cells', () => {
  const cell = (value, type = 'ANY') =>
    all(
      open(() => [[value]], { columns: [{ name: 'a', type }] }),
      'select a, typeof(a) from made',
    )[0];

  test('are values of SQLite', () => {
    const bytes = new Uint8Array([0, 255]);
    const cases = [
      [1, 1, 'real'],
      [1.5, 1.5, 'real'],
      [Infinity, Infinity, 'real'],
      [NaN, null, 'null'],
      [1n, 1, 'integer'],
      ['text', 'text', 'text'],
      ['a\0b', 'a\0b', 'text'],
      ['\ud800', '\ufffd', 'text'],
      [null, null, 'null'],
      [undefined, null, 'null'],
      [bytes, bytes, 'blob'],
      [Buffer.from(bytes), bytes, 'blob'],
      [new DataView(bytes.buffer, 1), new Uint8Array([255]), 'blob'],
      [bytes.buffer, bytes, 'blob'],
      [new Uint8Array(0), new Uint8Array(0), 'blob'],
    ];
    for (const [given, read, type] of cases) assert.deepStrictEqual(cell(given), [read, type]);
  });

  test('keep their type, whatever the column says', () => {
    for (const type of ['INTEGER', 'TEXT', 'REAL', 'BLOB', 'ANY']) {
      assert.deepStrictEqual(cell('5', type), ['5', 'text']);
      assert.deepStrictEqual(cell(5n, type), [5, 'integer']);
    }
    // Comparisons are by the column's affinity.
    const db = open(() => [['5']], { columns: [{ name: 'a', type: 'INTEGER' }] });
    assert.deepStrictEqual(all(db, "select a = 5, a = '5' from made"), [[1, 1]]);
  });

  test('of other kinds are refused with a message', () => {
    const refused = 'Returned JavaScript value cannot be converted to a SQLite value';
    for (const value of [true, false, {}, [], () => 1, Symbol('x'), new Date(0), /x/]) {
      assert.throws(() => cell(value), { code: 'ERR_SQLITE_ERROR', message: refused });
    }
    assert.throws(() => cell(Promise.resolve(1)), {
      code: 'ERR_SQLITE_ERROR',
      message: /Asynchronous/,
    });
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n]) {
      assert.throws(() => cell(value), { message: /BigInt value is too large/ });
    }
    assert.deepStrictEqual(
      all(
        open(() => [[2n ** 63n - 1n]]),
        'select cast(a as text) from made',
      ),
      [['9223372036854775807']],
    );
  });

  test('are refused only if they are read', () => {
    const db = open(() => [[1, {}]], { columns: [A, { name: 'b', type: 'ANY' }] });
    assert.deepStrictEqual(all(db, 'select a from made'), [[1]]);
    assert.throws(() => all(db, 'select b from made'), { code: 'ERR_SQLITE_ERROR' });
  });

  test('of a proxy are read once, and what it throws is passed on', () => {
    const thrown = new Error('cell');
    const row = new Proxy([], {
      get() {
        throw thrown;
      },
    });
    assert.throws(
      () =>
        all(
          open(() => [row]),
          'select a from made',
        ),
      (error) => error === thrown,
    );
  });
});

describe('ends', () => {
  /** A database whose rows count how often they were ended. */
  function counted() {
    const ends = { count: 0 };
    const db = open(function* () {
      try {
        for (let i = 0; ; i++) yield [i];
      } finally {
        ends.count++;
      }
    });
    return { db, ends };
  }

  test('each scan that stops early returns its iterator, once', () => {
    const { db, ends } = counted();
    all(db, 'select a from made limit 2');
    assert.strictEqual(ends.count, 1);
    db.prepare('select a from made').get();
    assert.strictEqual(ends.count, 2);
    for (const row of db.prepare('select a from made').iterate()) if (row.a === 3) break;
    assert.strictEqual(ends.count, 3);
    all(db, 'select x.a, y.a from made x join made y limit 3');
    assert.strictEqual(ends.count, 5);
    assert.deepStrictEqual(all(db, 'select exists (select 1 from made)'), [[1]]);
    assert.strictEqual(ends.count, 6);
  });

  test('a statement that is run again, closed, or whose database is closed, ends its scan', () => {
    const { db, ends } = counted();
    const statement = db.prepare('select a from made');
    statement.iterate().next();
    assert.strictEqual(ends.count, 0);
    statement.get();
    assert.strictEqual(ends.count, 2);
    statement.iterate().next();
    statement.close();
    assert.strictEqual(ends.count, 3);
    const last = db.prepare('select a from made').iterate();
    last.next();
    db.close();
    assert.strictEqual(ends.count, 4);
    assert.throws(() => last.next(), { code: 'ERR_INVALID_STATE' });
  });

  test('an iterator that is done, or that threw, is not returned', () => {
    let returned = 0;
    const iterator = (next) => () => ({
      [Symbol.iterator]: () => ({
        next,
        return() {
          returned++;
          return {};
        },
      }),
    });
    assert.deepStrictEqual(all(open(iterator(() => ({ done: true }))), 'select a from made'), []);
    const throwing = open(
      iterator(() => {
        throw new Error('next');
      }),
    );
    assert.throws(() => all(throwing, 'select a from made'), { message: 'next' });
    assert.strictEqual(returned, 0);
    all(open(iterator(() => ({ value: [1] }))), 'select a from made limit 1');
    assert.strictEqual(returned, 1);
  });

  test('an exception of another callback ends the scan, too, and is what is thrown', () => {
    const { db, ends } = counted();
    db.function('boom', (a) => {
      if (a === 1) throw new Error('boom');
      return a;
    });
    assert.throws(() => all(db, 'select boom(a) from made'), { message: 'boom' });
    assert.strictEqual(ends.count, 1);
    all(db, 'select a from made limit 1');
    assert.strictEqual(ends.count, 2);
  });

  test('an iterator without return() is let go', () => {
    const db = open(() => ({ [Symbol.iterator]: () => ({ next: () => ({ value: [1] }) }) }));
    assert.deepStrictEqual(all(db, 'select a from made limit 1'), [[1]]);
  });
});

describe('errors', () => {
  const THROWN = [new Error('mine'), 'text', null, undefined, 0, Symbol('x'), { code: 'mine' }];
  /** What a call throws, if only undefined. */
  function caught(call) {
    try {
      call();
    } catch (error) {
      return [error];
    }
    return [];
  }

  test('of rows(), next() and return() are passed on as they are', () => {
    for (const thrown of THROWN) {
      const places = {
        rows() {
          throw thrown;
        },
        // eslint-disable-next-line require-yield -- it does not come to that
        *first() {
          throw thrown;
        },
        *later() {
          yield [1];
          throw thrown;
        },
        *ending() {
          try {
            yield [1];
            yield [2];
          } finally {
            // eslint-disable-next-line no-unsafe-finally -- what is thrown here is what is tested
            throw thrown;
          }
        },
      };
      for (const [place, rows] of Object.entries(places)) {
        const db = open(rows);
        const limit = place === 'ending' ? 'limit 1' : '';
        for (let i = 0; i < 2; i++) {
          const what = caught(() => all(db, `select a from made ${limit}`));
          assert.ok(what.length === 1 && Object.is(what[0], thrown), place);
        }
        // The connection is as good as before.
        assert.deepStrictEqual(all(db, 'select 1'), [[1]]);
      }
    }
  });

  test('of return() reach whoever stops: get(), an iterator', () => {
    const db = open(function* () {
      try {
        for (;;) yield [1];
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- what is thrown here is what is tested
        throw new Error('return');
      }
    });
    assert.throws(() => db.prepare('select a from made').get(), { message: 'return' });
    assert.throws(
      () => {
        for (const row of db.prepare('select a from made').iterate()) {
          assert.ok(row);
          break;
        }
      },
      { message: 'return' },
    );
  });

  test('undo what the statement has written', () => {
    const db = open(function* () {
      yield [1];
      throw new Error('half way');
    });
    db.exec('create table kept (a)');
    assert.throws(() => db.exec('insert into kept select a from made'), { message: 'half way' });
    assert.deepStrictEqual(all(db, 'select * from kept'), []);
    assert.strictEqual(db.isTransaction, false);
  });
});

describe('definitions', () => {
  const rows = () => [];
  const create = (columns, more) => open().createModule('m', { columns, rows, ...more });

  test('check their arguments', () => {
    const db = open();
    for (const name of [undefined, null, 1, {}]) {
      assert.throws(() => db.createModule(name, { columns: [A], rows }), INVALID);
    }
    for (const options of [undefined, null, 1, 'options']) {
      assert.throws(() => db.createModule('m', options), INVALID);
    }
    for (const columns of [undefined, null, {}, 'a', 1]) {
      assert.throws(() => create(columns), {
        ...INVALID,
        message: 'The "options.columns" argument must be an array.',
      });
    }
    for (const other of [undefined, null, [], [[1]], 'rows']) {
      assert.throws(() => create([A], { rows: other }), {
        ...INVALID,
        message: 'The "options.rows" argument must be a function.',
      });
    }
    for (const option of ['directOnly', 'useBigIntArguments']) {
      create([A], { [option]: undefined });
      for (const value of [null, 0, 'true']) {
        assert.throws(() => create([A], { [option]: value }), INVALID);
      }
    }
    db.close();
    assert.throws(() => db.createModule('m', { columns: [A], rows }), {
      code: 'ERR_INVALID_STATE',
      message: 'database is not open',
    });
  });

  test('whose options close the database define nothing', () => {
    const db = open();
    const closing = {
      columns: [A],
      get rows() {
        db.close();
        return rows;
      },
    };
    assert.throws(() => db.createModule('m', closing), {
      code: 'ERR_INVALID_STATE',
      message: 'database is not open',
    });
  });

  test('check each column, and say which', () => {
    const VALUE = { code: 'ERR_INVALID_ARG_VALUE', name: 'TypeError' };
    const cases = [
      [undefined, { ...INVALID, message: /options\.columns\[1\]" argument must be an object/ }],
      ['a', INVALID],
      [{}, { ...INVALID, message: /options\.columns\[1\]\.name" argument must be a string/ }],
      [{ name: 1, type: 'ANY' }, INVALID],
      [{ name: '', type: 'ANY' }, VALUE],
      [{ name: 'a\0b', type: 'ANY' }, VALUE],
      [
        { name: 'b' },
        { ...INVALID, message: /options\.columns\[1\]\.type" argument must be a string/ },
      ],
      [
        { name: 'b', type: 'any' },
        { ...VALUE, message: /must be one of INTEGER, TEXT, REAL, BLOB, ANY/ },
      ],
      [{ name: 'b', type: 'INTEGER primary key' }, VALUE],
      [
        { name: 'b', type: 'ANY', hidden: 1 },
        { ...INVALID, message: /\.hidden" argument must be a boolean/ },
      ],
      [{ name: 'b', type: 'ANY', hidden: null }, INVALID],
    ];
    for (const [column, error] of cases) assert.throws(() => create([A, column]), error);
    // eslint-disable-next-line no-sparse-arrays -- a hole is a column that is missing
    assert.throws(() => create([, A]), INVALID);
    for (const columns of [[], [hidden('h')]]) {
      assert.throws(() => create(columns), { ...VALUE, message: /a column that is not hidden/ });
    }
  });

  test('take any name', () => {
    const names = ['with space', 'quo"te', "apos'trophe", 'select', 'ünïcödé', '"', '--', 'a)'];
    const db = open();
    db.createModule('odd "name', {
      columns: names.map((name) => ({ name, type: 'TEXT' })),
      rows: () => [names],
    });
    const row = db.prepare('select * from "odd ""name"').get();
    assert.deepStrictEqual(
      Object.entries(row),
      names.map((name) => [name, name]),
    );
  });

  test('that SQLite refuses fail where they are used', () => {
    const db = open(() => [], { columns: [A, { name: 'A', type: 'ANY' }] });
    assert.throws(() => db.prepare('select * from made'), {
      code: 'ERR_SQLITE_ERROR',
      message: /vtable constructor failed: made|duplicate column name: A/,
    });
    assert.deepStrictEqual(all(db, 'select 1'), [[1]]);
  });

  test('with directOnly are for top-level statements', () => {
    const db = open(() => [[1]], { directOnly: true });
    db.exec('create view seen as select a from made');
    assert.deepStrictEqual(all(db, 'select a from made'), [[1]]);
    assert.throws(() => db.prepare('select a from seen'), {
      message: 'unsafe use of virtual table "made"',
    });
    const free = open(() => [[1]], { directOnly: false });
    free.exec('create view seen as select a from made');
    assert.deepStrictEqual(all(free, 'select a from seen'), [[1]]);
  });

  test('are asked of the authorizer', () => {
    const db = open(() => [[1]]);
    const reads = [];
    db.setAuthorizer((action, table, column) => {
      if (action === 20 && table === 'made') reads.push(column);
      return 0;
    });
    all(db, 'select a from made');
    assert.deepStrictEqual(reads, ['a']);
  });
});

describe('again', () => {
  test('a module that is replaced gives new statements new rows', () => {
    const db = open(() => [[1]]);
    db.exec('create virtual table kept using made');
    const before = db.prepare('select a from made', { returnArrays: true });
    const ofKept = db.prepare('select a from kept', { returnArrays: true });
    assert.deepStrictEqual([before.all(), ofKept.all()], [[[1]], [[1]]]);
    db.createModule('made', { columns: [{ name: 'b', type: 'ANY' }, A], rows: () => [['b', 2]] });
    assert.deepStrictEqual(all(db, 'select * from made'), [['b', 2]]);
    // A table that was created keeps the module that it was created with, for as long as it is open.
    assert.deepStrictEqual(ofKept.all(), [[1]]);
    assert.deepStrictEqual(all(db, 'select * from kept'), [[1]]);
    db.exec('drop table kept; create virtual table kept using made');
    assert.deepStrictEqual(all(db, 'select * from kept'), [['b', 2]]);
    assert.strictEqual(before.all().length, 1);
  });

  test('a module can be replaced while its rows are read', () => {
    const db = open(function* () {
      yield [1];
      db.createModule('made', { columns: [A], rows: () => [[3]] });
      globalThis.gc?.();
      yield [2];
    });
    assert.deepStrictEqual(all(db, 'select a from made'), [[1], [2]]);
    assert.deepStrictEqual(all(db, 'select a from made'), [[3]]);
  });

  test('rows may query the database, and their own table', () => {
    const db = open();
    db.exec('create table base (a); insert into base values (1), (2)');
    let depth = 0;
    db.createModule('made', {
      columns: [A],
      *rows() {
        yield* all(db, 'select a from base');
        if (depth++ < 3) yield* all(db, 'select a + 10 from made');
      },
    });
    assert.deepStrictEqual(all(db, 'select a from made'), [
      [1],
      [2],
      [11],
      [12],
      [21],
      [22],
      [31],
      [32],
    ]);
  });

  test('rows may write to other tables', () => {
    const db = open(function* () {
      for (let i = 0; i < 3; i++) {
        db.prepare('insert into seen values (?)').run(i);
        yield [i];
      }
    });
    db.exec('create table seen (a)');
    all(db, 'select a from made');
    assert.deepStrictEqual(all(db, 'select count(*) from seen'), [[3]]);
  });

  test('the statement that reads them cannot be used in them', () => {
    const errors = [];
    const db = open(function* () {
      for (const use of [() => statement.all(), () => statement.close()]) {
        try {
          use();
        } catch (error) {
          errors.push(error.message);
        }
      }
      yield [1];
    });
    const statement = db.prepare('select a from made');
    assert.strictEqual(statement.all().length, 1);
    assert.deepStrictEqual(errors, new Array(2).fill('statement is already being executed'));
  });

  test('the database cannot be closed in them', () => {
    for (const place of ['rows', 'next', 'return']) {
      const closing = () => db.close();
      const db = open(() => {
        if (place === 'rows') closing();
        return {
          [Symbol.iterator]: () => ({
            next() {
              if (place === 'next') closing();
              return { value: [1] };
            },
            return() {
              if (place === 'return') closing();
              return {};
            },
          }),
        };
      });
      assert.throws(() => all(db, 'select a from made limit 1'), {
        code: 'ERR_INVALID_STATE',
        message: 'database cannot be closed while in a callback',
      });
      assert.ok(db.isOpen);
      assert.deepStrictEqual(all(db, 'select 1'), [[1]]);
    }
  });

  test('functions of SQL may read them, and they may call functions', () => {
    const db = open(() => all(db, 'select twice(2)'));
    db.function('twice', (n) => n * 2);
    db.function('first', () => all(db, 'select a from made')[0][0]);
    assert.deepStrictEqual(all(db, 'select first() + a from made'), [[8]]);
  });
});
