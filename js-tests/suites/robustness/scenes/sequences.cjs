'use strict';
// Random sequences of calls on databases and everything that belongs to them, also from inside of callbacks,
// from a seed. Calls may fail; what they throw is an error, and the process lives.

const { setImmediate: turn } = require('node:timers/promises');
const { below } = require('../../../lib/random.cjs');
const { gc } = require('./collect.cjs');
const { doing, withFiles } = require('./doing.cjs');

const DEPTH = 4;
/** More of a kind are not kept. */
const MOST = 6;

const SQL = [
  'SELECT a, b FROM t',
  'SELECT f(a) AS v FROM t LIMIT 9',
  'SELECT f(?) AS v, $p',
  'SELECT g(a) AS v FROM t',
  'SELECT g(a) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS v FROM t LIMIT 9',
  'INSERT INTO t SELECT NULL, f(a) FROM t LIMIT 3',
  'INSERT INTO t VALUES (?, $p)',
  'UPDATE t SET b = f(a) WHERE a < 4',
  'DELETE FROM t WHERE a > 40',
  'SELECT * FROM text WHERE text MATCH ?',
  'INSERT INTO text VALUES (f(1))',
  'SELECT v FROM made LIMIT 5',
  'SELECT * FROM t, made LIMIT 5',
  'CREATE TABLE IF NOT EXISTS u(a)',
  'DROP TABLE IF EXISTS u',
  'CREATE TRIGGER IF NOT EXISTS r AFTER INSERT ON t BEGIN SELECT f(new.a); END',
  'DROP TRIGGER IF EXISTS r',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT s',
  'RELEASE s',
  'VACUUM',
  'PRAGMA user_version = 7',
  'nonsense',
];

const SCHEMA = `CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b);
  CREATE VIRTUAL TABLE IF NOT EXISTS text USING fts5(body);
  INSERT INTO t(b) VALUES (1), (2), (3), (4), (5), (6)`;

class World {
  constructor(tools, seed, steps) {
    this.tools = tools;
    this.below = below(seed);
    this.left = steps;
    this.depth = 0;
    this.counts = { calls: 0, nested: 0, errors: 0 };
    this.kept = { db: [], statement: [], rows: [], session: [], store: [], bytes: [] };
    this.backups = [];
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Keeps an object; another of its kind may be forgotten for it. */
  keep(kind, object) {
    const list = this.kept[kind];
    if (list.length < MOST) list.push(object);
    else list[this.below(MOST)] = object;
  }

  value() {
    const some = [1, -0, 2n ** 62n, 'text\0', '\ud800', null, undefined, new Uint8Array(9), NaN];
    return this.pick([...some, {}, true, Symbol.iterator, new ArrayBuffer(3)]);
  }

  /** What a callback does: some steps, then one of several values, or an exception. */
  callback(result) {
    if (this.depth >= DEPTH || this.left <= 0) return result;
    this.depth += 1;
    this.counts.nested += 1;
    for (let count = this.below(3); count > 0; count -= 1) this.step();
    this.depth -= 1;
    if (this.below(12) === 0) throw new RangeError('thrown by a callback');
    return this.below(6) === 0 ? this.value() : result;
  }

  /** Closes a database. One that is being backed up shall not keep its backup waiting for a transaction. */
  close(db, how) {
    if (this.backups.some(({ source }) => source === db) && db.isOpen && db.isTransaction) {
      db.setAuthorizer(null);
      db.exec('ROLLBACK');
    }
    db[how]();
  }

  async end() {
    for (const { source } of this.backups) if (source.isOpen) this.close(source, 'close');
    await Promise.all(this.backups.map(({ promise }) => promise));
  }

  step() {
    if (this.left <= 0) return;
    this.left -= 1;
    const kind = this.pick(KINDS);
    const object = this.pick(this.kept[kind]);
    if (object === undefined) {
      STEPS.db.open(this);
      return;
    }
    const name = this.pick(NAMES[kind]);
    this.counts.calls += 1;
    try {
      STEPS[kind][name](this, object);
    } catch (error) {
      this.counts.errors += 1;
      if (typeof error?.message !== 'string') {
        throw new Error(`${kind}.${name} threw no error`, { cause: error });
      }
    }
  }
}

const STEPS = {
  db: {
    open(world) {
      const db = world.tools.open(world.below(4) === 0 ? world.tools.newFile() : ':memory:');
      db.exec(`PRAGMA synchronous=OFF; ${SCHEMA}`);
      STEPS.db.define(world, db);
      world.keep('db', db);
    },
    close: (world, db) => world.below(3) === 0 && world.close(db, 'close'),
    dispose: (world, db) => world.below(5) === 0 && world.close(db, Symbol.dispose),
    reopen: (_world, db) => db.open(),
    schema: (_world, db) => db.exec(SCHEMA),
    define(world, db) {
      db.function('f', { varargs: true }, () => world.callback(1));
      db.aggregate('g', {
        start: () => world.callback(0),
        step: (sum, _value) => world.callback(sum),
        inverse: (sum, _value) => world.callback(sum),
        result: () => world.callback(2),
      });
      db.createModule?.('made', {
        columns: [{ name: 'v', type: 'ANY' }],
        *rows() {
          for (let n = 0; n < 5; n += 1) yield [world.callback(n)];
        },
      });
    },
    authorize: (world, db) =>
      db.setAuthorizer(world.below(2) ? null : () => (world.below(30) ? world.callback(0) : 1)),
    exec: (world, db) => db.exec(world.pick(SQL)),
    prepare: (world, db) => world.keep('statement', db.prepare(world.pick(SQL))),
    session: (world, db) => world.keep('session', db.createSession()),
    store: (world, db) => world.keep('store', db.createTagStore(1 + world.below(3))),
    serialize: (world, db) => world.keep('bytes', db.serialize()),
    state: (_world, db) => [db.isOpen, db.isTransaction, db.location(), { ...db.limits }],
    backup(world, db) {
      const { backup } = world.tools.load();
      // It would wait for the end of a transaction that nobody may ever end.
      if (db.isTransaction || world.backups.length > 20) return;
      const progress = () => world.callback(undefined);
      const promise = backup(db, world.tools.newFile(), { rate: 1, progress }).catch(() => {});
      world.backups.push({ source: db, promise });
    },
  },
  statement: {
    get: (world, statement) => statement.get(world.value()),
    all: (world, statement) =>
      statement.all({
        get p() {
          return world.callback(5);
        },
      }),
    run: (world, statement) => statement.run(world.value(), world.value()),
    iterate: (world, statement) => world.keep('rows', statement.iterate()),
    describe: (_world, statement) => [
      statement.columns(),
      statement.sourceSQL,
      statement.expandedSQL,
    ],
    configure(world, statement) {
      statement.setReturnArrays(world.below(2) === 0);
      statement.setReadBigInts(world.below(2) === 0);
      statement.setAllowUnknownNamedParameters(world.below(2) === 0);
    },
    close: (world, statement) => world.below(3) === 0 && statement.close(),
    dispose: (world, statement) => world.below(3) === 0 && statement[Symbol.dispose](),
  },
  rows: {
    next: (_world, rows) => rows.next(),
    more: (_world, rows) => [rows.next(), rows.next()],
    return: (world, rows) => world.below(3) === 0 && rows.return(),
    rest: (_world, rows) => [...rows].length,
  },
  session: {
    changeset: (world, session) => world.keep('bytes', session.changeset()),
    patchset: (world, session) => world.keep('bytes', session.patchset()),
    close: (world, session) => world.below(3) === 0 && session.close(),
  },
  store: {
    get: (world, store) => store.get`SELECT f(${world.value()}) AS v`,
    all: (world, store) => store.all`SELECT a FROM t WHERE b = ${world.below(9)}`,
    run: (world, store) => store.run`INSERT INTO t(b) VALUES (${world.value()})`,
    iterate: (world, store) => world.keep('rows', store.iterate`SELECT f(a) AS v FROM t`),
    clear: (world, store) => world.below(3) === 0 && store.clear(),
  },
  bytes: {
    apply(world, bytes) {
      world.pick(world.kept.db).applyChangeset(bytes, {
        filter: () => world.callback(true),
        onConflict: () => world.callback(world.below(3)),
      });
    },
    deserialize: (world, bytes) => world.pick(world.kept.db).deserialize(bytes),
    spoil(world, bytes) {
      if (bytes.length > 0) bytes[world.below(bytes.length)] ^= 1 << world.below(8);
    },
    forget(world) {
      for (const list of Object.values(world.kept)) {
        if (list.length > 1 && world.below(2) === 0) list.splice(world.below(list.length), 1);
      }
    },
  },
};

const KINDS = Object.keys(STEPS);
const NAMES = Object.fromEntries(KINDS.map((kind) => [kind, Object.keys(STEPS[kind])]));

module.exports = async function sequences(plain) {
  const tools = withFiles(plain);
  const { seed, steps, rounds } = tools.data;
  const counts = { calls: 0, nested: 0, errors: 0 };
  for (let round = 0; round < rounds; round += 1) {
    doing(`sequence ${seed + round} of ${steps} steps`);
    const world = new World(tools, seed + round, steps);
    while (world.left > 0) {
      for (let count = 0; count < 50; count += 1) world.step();
      gc();
      await turn();
    }
    await world.end();
    for (const key of Object.keys(counts)) counts[key] += world.counts[key];
  }
  const db = tools.open(':memory:');
  tools.check.same(db.prepare('SELECT 1 + 1 AS two').get().two, 2);
  db.close();
  return counts;
};
