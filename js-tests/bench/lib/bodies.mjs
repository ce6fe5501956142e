/**
 * The code that is timed.
 *
 * Imported once for each contender, under a URL of its own: V8 keeps what it learned of types with
 * the function, and a program that uses one library has taught it one.
 *
 * `make` gives `{ sample, hold, batch, before, after }`: `sample()` returns what contenders must
 * agree on; `batch(calls)` makes that many calls and returns a checksum of their results; `before`
 * and `after` enclose either and are not timed. `hold()` returns results that whoever measures keeps:
 * with the last of them, V8 would drop what it learned of their shape at each of the collections
 * between batches, of which no program has that many.
 */

import { AGGREGATE } from './contenders.mjs';

/** Rows of each table, and a stride without a common factor: as in addon/benches/raw.rs. */
const ROWS = 10_000;
const STRIDE = 7_919;

const none = () => {};

function all(statement) {
  return {
    sample: () => statement.all(),
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const rows = statement.all();
        sum += rows.length + rows[rows.length - 1].id;
      }
      return sum;
    },
  };
}

function get(statement, column) {
  let key = 0;
  return {
    sample: () => [1, 77, ROWS, ROWS + 1].map((id) => statement.get(id)),
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        key = (key + STRIDE) % ROWS;
        sum += statement.get(key + 1)[column];
      }
      return sum;
    },
  };
}

function iterate(statement) {
  return {
    sample: () => [...statement.iterate()],
    hold() {
      const iterator = statement.iterate()[Symbol.iterator]();
      const held = [iterator.next(), iterator.next()];
      // Gives the connection back; libsql's iterators cannot, and do not hold it.
      iterator.return?.();
      return held;
    },
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        for (const row of statement.iterate()) sum += row.id;
      }
      return sum;
    },
  };
}

function insert(statement, inTransaction) {
  return {
    ...inTransaction,
    sample: () => statement.run(1, 0.5, 'the name of an item'),
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        sum += statement.run(i, i * 0.5, 'the name of an item').changes;
      }
      return sum;
    },
  };
}

function update(statement, inTransaction) {
  let key = 0;
  return {
    ...inTransaction,
    sample: () => statement.run(5, 7).changes,
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        key = (key + STRIDE) % ROWS;
        sum += statement.run(key, key + 1).changes;
      }
      return sum;
    },
  };
}

function prepare(db, sql) {
  return {
    sample: () => db.prepare(sql).get(7),
    hold: () => db.prepare(sql),
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        if (db.prepare(sql) !== undefined) sum++;
      }
      return sum;
    },
  };
}

function exec(db, sql) {
  return {
    sample: none,
    batch(calls) {
      for (let i = 0; i < calls; i++) db.exec(sql);
      return calls;
    },
  };
}

/** A query that calls into JavaScript for each row of its table. */
function scalar(statement) {
  return {
    sample: () => statement.get(),
    batch(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) sum += statement.get().total;
      return sum;
    },
  };
}

function body(id, db, sql) {
  const inTransaction = { before: () => db.exec('begin'), after: () => db.exec('rollback') };
  const [operation, shape] = id.split('-');
  switch (operation) {
    case 'all':
      return all(db.prepare(sql));
    case 'get':
      return get(db.prepare(sql), shape === 'int' ? 'a' : 'price');
    case 'iterate':
      return iterate(db.prepare(sql));
    case 'run':
      return (shape === 'insert' ? insert : update)(db.prepare(sql), inTransaction);
    case 'prepare':
      return prepare(db, sql);
    case 'exec':
      return exec(db, sql);
    case 'function':
      db.function('plus_one', (value) => value + 1);
      return scalar(db.prepare(sql));
    case 'aggregate':
      db.aggregate('total_of', AGGREGATE);
      return scalar(db.prepare(sql));
    default:
      throw new Error(`no operation has the id ${id}`);
  }
}

export function make(id, db) {
  const { sql } = db.prepare('select sql from query where id = ?').get(id);
  const made = body(id, db, sql);
  return { before: none, after: none, hold: made.sample, ...made };
}
