'use strict';

/** Objects that the garbage collector takes in any order, and ends of envs. Needs --expose-gc. */

const assert = require('node:assert');
const { once } = require('node:events');
const { mkdtempSync, readdirSync, readlinkSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { DatabaseSync } = require('../index.cjs');

/** Collects until a control object is gone: proof that collection and finalizers happened. */
async function collect() {
  let gone = false;
  const registry = new FinalizationRegistry(() => {
    gone = true;
  });
  (() => registry.register({}, 0))();
  for (let i = 0; i < 100 && !gone; i++) {
    globalThis.gc();
    await turn();
  }
  assert.ok(gone, 'the garbage collector ran');
  await turn();
}

const THREE = 'select 1 as a union all select 2 union all select 3';

test('a statement keeps its database', async () => {
  const statement = (() => new DatabaseSync(':memory:').prepare(THREE))();
  await collect();
  assert.strictEqual(statement.all().length, 3);
});

test('an iterator keeps its statement and database', async () => {
  const iterator = (() => new DatabaseSync(':memory:').prepare(THREE).iterate())();
  iterator.next();
  await collect();
  assert.strictEqual([...iterator].length, 2);
});

test('statements that are collected are finalized', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifetime-'));
  const db = new DatabaseSync(join(folder, 'a.db'));
  db.exec('create table t(a); insert into t values (1), (2)');
  // An iteration that is left open holds a read lock, until its statement is collected.
  (() => db.prepare('select a from t').iterate().next())();
  const other = new DatabaseSync(join(folder, 'a.db'));
  assert.throws(() => other.exec('insert into t values (3)'), { errcode: 5 });
  await collect();
  other.exec('insert into t values (3)');
  db.close();
  other.close();
  rmSync(folder, { recursive: true });
});

test('everything collected at once, in whatever order', async () => {
  (() => {
    const kept = [];
    for (let i = 0; i < 50; i++) {
      const db = new DatabaseSync(':memory:');
      const statements = [db.prepare(THREE), db.prepare('select ? as x')];
      const iterator = statements[0].iterate();
      iterator.next();
      if (i % 3 === 0) db.close();
      if (i % 5 === 0) statements[1][Symbol.dispose ?? Symbol.for('nodejs.dispose')]();
      kept.push({ db, statements, iterator });
    }
  })();
  await collect();
  assert.strictEqual(new DatabaseSync(':memory:').prepare(THREE).all().length, 3);
});

test(
  'databases that are collected give their files back',
  { skip: process.platform !== 'linux' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lifetime-'));
    const open = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false;
        }
      }).length;
    (() => {
      for (let i = 0; i < 5; i++)
        new DatabaseSync(join(folder, `${i}.db`)).exec('create table t(a)');
    })();
    assert.strictEqual(open(), 5);
    await collect();
    assert.strictEqual(open(), 0);
    rmSync(folder, { recursive: true });
  },
);

/** Ways for a worker to end in the middle of its work, and the code that it then has. */
const ENDS = {
  'by itself': ['', 0],
  'by process.exit': ['process.exit(7);', 7],
  'by an error': ["throw new Error('asked for by a test');", 1],
  'by terminate': ["parentPort.postMessage('ready'); for (;;) statement.all();", 1],
};
for (const [how, [code, expected]] of Object.entries(ENDS)) {
  test(
    `a worker that ends ${how} gives everything back`,
    { skip: process.platform !== 'linux' },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lifetime-'));
      const path = join(folder, 'a.db');
      const worker = new Worker(
        `const { parentPort } = require('node:worker_threads');
       const { DatabaseSync } = require(${JSON.stringify(require.resolve('../index.cjs'))});
       const db = new DatabaseSync(${JSON.stringify(path)});
       db.exec('create table t(a); insert into t values (1), (2), (3); begin immediate; ' +
         'insert into t values (4)');
       const statement = db.prepare('select a from t');
       const iterator = statement.iterate();
       iterator.next();
       ${code}`,
        { eval: true },
      );
      worker.on('error', () => {});
      const ended = new Promise((settle) => {
        worker.once('exit', settle);
      });
      if (code.includes('ready')) {
        await once(worker, 'message');
        await worker.terminate();
      }
      const status = await ended;
      assert.strictEqual(status, expected);
      const db = new DatabaseSync(path);
      db.exec('insert into t values (5)');
      assert.deepStrictEqual(
        db
          .prepare('select a from t')
          .all()
          .map((row) => row.a),
        [1, 2, 3, 5],
        'what was not committed is gone',
      );
      db.close();
      const leaked = readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false;
        }
      });
      assert.deepStrictEqual(leaked, []);
      rmSync(folder, { recursive: true });
    },
  );
}

test('a second copy in one thread has classes of its own', () => {
  const path = require.resolve('../index.cjs');
  const first = require(path);
  delete require.cache[path];
  const second = require(path);
  assert.notStrictEqual(first.DatabaseSync, second.DatabaseSync);
  for (const { DatabaseSync: Mine } of [first, second]) {
    const db = new Mine(':memory:');
    assert.ok(db instanceof Mine);
    assert.strictEqual(db.prepare(THREE).all().length, 3);
  }
  assert.throws(
    () => first.DatabaseSync.prototype.exec.call(new second.DatabaseSync(':memory:'), ''),
    {
      name: 'TypeError',
      message: 'Illegal invocation',
    },
  );
});

/** A worker that loads the package, uses it and closes; how it came to its code, and that it works. */
const CACHED = `
  const { parentPort } = require('node:worker_threads');
  const vm = require('node:vm');
  const { Script } = vm;
  let given;
  let rejected;
  vm.Script = class extends Script {
    constructor(source, options) {
      super(source, options);
      given = options.cachedData !== undefined;
      rejected = this.cachedDataRejected;
    }
  };
  const { DatabaseSync } = require(${JSON.stringify(require.resolve('../index.cjs'))});
  const db = new DatabaseSync(':memory:');
  const two = db.prepare('select 1 + 1 as two').get().two;
  db.close();
  parentPort.postMessage({ given, rejected, two });
`;

test('a worker hands its compiled code on to the next one, which can use it', async () => {
  const seen = [];
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(CACHED, { eval: true });
    const exit = once(worker, 'exit');
    seen.push((await once(worker, 'message'))[0]);
    assert.deepStrictEqual(await exit, [0]);
  }
  // Other tests of this process may have been there before the first one.
  assert.strictEqual(seen.at(-1).given, true);
  for (const { given, rejected, two } of seen) {
    if (given) assert.strictEqual(rejected, false);
    assert.strictEqual(two, 2);
  }
});
