'use strict';

/** The guard around the entry points: wrong threads, wrong handles, panics, no initialisation. */

const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { BY_KIND, NO_HANDLE } = require('./entry-points.cjs');
const { AFFINITY, ARG_TYPE, loadNative, openNative } = require('./native.cjs');

const INTERNAL = 7;

const { native, call } = openNative();
const misuse = 'misuseAdopt' in native;

test('the lists above name every entry point', () => {
  const listed = Object.values(BY_KIND)
    .flat()
    .map(([name]) => name);
  const exported = Object.keys(native).filter((name) => !name.startsWith('misuse'));
  assert.deepStrictEqual([...listed, ...NO_HANDLE].sort(), exported.sort());
});

test('a handle in another thread: every entry point refuses, and touches nothing', async (t) => {
  assert.ok(misuse, 'these tests need a debug build, or one with the feature "misuse"');
  const worker = new Worker(require.resolve('./guard-worker.cjs'));
  t.after(() => worker.terminate());
  // Asked for now: the worker may be gone before its last message is handled.
  const exit = once(worker, 'exit');
  const [handles] = await once(worker, 'message');
  for (const [kind, entries] of Object.entries(BY_KIND)) {
    const handle = call('misuseAdopt', handles[kind]).value;
    for (const [entry, ...args] of entries) {
      const { value, failure } = call(entry, handle, ...args);
      assert.strictEqual(value, undefined, entry);
      assert.strictEqual(failure?.[0], AFFINITY, entry);
      assert.match(failure[1], new RegExp(`belongs to worker ${handles.threadId}\\b`), entry);
      assert.match(failure[1], /used by the main thread/, entry);
    }
  }
  // The owner still has what it had, in the middle of its iteration and its transaction.
  worker.postMessage('go on');
  const [rows] = await once(worker, 'message');
  assert.deepStrictEqual(rows, { rows: 3, inTransaction: true, closed: true });
  const [code] = await exit;
  assert.strictEqual(code, 0);
});

for (const end of ['', 'process.exit(3)', 'throw 5']) {
  test(`the cleanup hook leaves nothing to finalizers: ${end || 'natural end'}`, async () => {
    const worker = new Worker(
      `const { openNative } = require(${JSON.stringify(require.resolve('./native.cjs'))});
       const { call } = openNative();
       globalThis.kept = [1, 2, 3].map(() => {
         const database = call('dbOpen', ':memory:', 2, 0).value;
         const statement = call('dbPrepare', database, 'select 1 union select 2', 0).value;
         call('stmtStart', statement, 0);
         call('stmtNext', statement);
         return [database, statement];
       });
       ${end}`,
      { eval: true },
    );
    worker.on('error', () => {});
    await new Promise((settle) => {
      worker.once('exit', settle);
    });
    assert.strictEqual(call('misuseLateEnds').value, 0);
  });
}

test('a handle of the wrong kind, and what is no handle, are refused', () => {
  const database = call('dbOpen', ':memory:', 2, 0).value;
  const handles = {
    database,
    statement: call('dbPrepare', database, 'select 1', 0).value,
    session: call('dbSession', database, 'main', undefined).value,
    backup: call('backupStart', database, ':memory:', 'main', 'main').value,
  };
  for (const [kind, entries] of Object.entries(BY_KIND)) {
    const others = Object.keys(handles).filter((other) => other !== kind);
    const wrongs = [...others.map((other) => handles[other]), undefined, null, {}, 5, 'x'];
    for (const [entry, ...args] of entries) {
      for (const wrong of wrongs) {
        assert.strictEqual(call(entry, wrong, ...args).failure?.[0], ARG_TYPE, entry);
      }
    }
  }
});

test('arguments that the JavaScript layer would not send are refused', () => {
  const database = call('dbOpen', ':memory:', 2, 0).value;
  const statement = call('dbPrepare', database, 'select ?', 0).value;
  const long = call('dbPrepare', database, `select ?${', ?'.repeat(69)}`, 0).value;
  const attempts = [
    ['dbExec', database, 5],
    ['dbPrepare', database, {}, 0],
    ['dbPrepare', database, 'select 1', 'x'],
    ['dbOpen', {}, 0, 0],
    ['dbOpen', ':memory:', 'x', 0],
    ['stmtGet', statement, 'x'],
    ['stmtGet', long, 65],
    ['dbFunction', database, 'f', {}, 0, 0],
    ['dbAuthorizer', database, 5],
    ['dbToken', database, new Uint8Array(2)],
    ['dbDeserialize', database, 'x', 'main'],
    ['dbApply', database, 5, () => 0, undefined],
    ['dbConfigure', database, 9, 1],
  ];
  for (const [entry, ...args] of attempts) {
    assert.strictEqual(call(entry, ...args).failure?.[0], ARG_TYPE, `${entry}(${args.slice(1)})`);
  }
  // An array is announced and none is there: Node-API's own exception comes through.
  assert.throws(() => call('stmtGet', statement, 1 | (1 << 17)), TypeError);
});

test('a panic becomes an error, and the next call works', () => {
  const { failure } = call('misusePanic');
  assert.strictEqual(failure[0], INTERNAL);
  assert.match(failure[1], /asked for by a test/);
  assert.match(call('sqliteVersion').value, /^3\./);
});

test('before it is initialised the binary does nothing, and it is initialised once', () => {
  const bare = loadNative();
  for (const name of Object.keys(bare)) {
    if (name !== 'init' && name !== 'code')
      assert.strictEqual(bare[name]({}, 'x', 0), undefined, name);
  }
  assert.strictEqual(
    bare.init(new ArrayBuffer(8), [], () => {}, 'x'),
    undefined,
    'too small',
  );
  assert.strictEqual(
    bare.init({}, [], () => {}, 'x'),
    undefined,
    'no buffer',
  );
  const { native: ready } = openNative();
  assert.strictEqual(
    ready.init(new ArrayBuffer(512 * 1024), [], () => {}, 'x'),
    undefined,
  );
});
