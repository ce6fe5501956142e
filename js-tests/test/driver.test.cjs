'use strict';
// The driver of scenarios: what a program may be, and that a run of one fails when it has to. Each case runs in a
// process of its own, on a target of JavaScript.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, test } = require('node:test');
const { OPERATIONS } = require('../driver/interpreter.cjs');
const { op, scenario, value } = require('../driver/language.cjs');
const { allScenarios } = require('../driver/scenarios.cjs');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'driver-test-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** What JSON has of objects. */
const PLAIN = new Set([Object, Array]);

const adapter = path.join(folder, 'adapter.cjs');
fs.writeFileSync(
  adapter,
  `module.exports = {
     load: () => ({
       echo: (given) => given,
       call: (fn) => fn(),
       fail: (message) => { throw new TypeError(message); },
       thread: () => require('node:worker_threads').threadId,
     }),
   };`,
);

/** Runs a program; what its process said and how it ended. */
function run(threads) {
  const file = path.join(folder, 'program.cjs');
  fs.writeFileSync(
    file,
    `const { runProgram } = require(${JSON.stringify(require.resolve('../driver/program.cjs'))});
     runProgram(${JSON.stringify({ name: 'x', threads })}, {
       adapterPath: ${JSON.stringify(adapter)}, limitMs: 20000, tell() {},
     }).then(() => console.log('done'));`,
  );
  const env = { ...process.env };
  for (const name of ['NODE_TEST_CONTEXT', 'NODE_OPTIONS']) delete env[name];
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  return { passed: status === 0 && stdout === 'done\n', status, stderr };
}

const passes = (threads) => {
  const { passed, stderr } = run(threads);
  assert.ok(passed, stderr);
};
const fails = (threads, because) => {
  const { passed, stderr } = run(threads);
  assert.ok(!passed, 'it passed');
  assert.match(stderr, because);
};

describe('the language', () => {
  test('every operation can be done', () => {
    assert.deepStrictEqual(Object.keys(op).sort(), [...OPERATIONS].sort());
  });

  test('mistakes in a scenario are named', () => {
    const one = (threads) => () => scenario({ summary: 's', cases: [{ name: 'n', threads }] });
    assert.doesNotThrow(one({ main: [op.load()] }));
    assert.throws(one({ main: [{ op: 'jump' }] }), /does not exist: jump/);
    assert.throws(one({ main: [op.spawn('a')] }), /spawns "a", which has no list/);
    assert.throws(one({ main: [], a: [] }), /never spawns "a"/);
    assert.throws(one({ main: [op.wait('x')] }), /waits for "x", which nobody signals/);
    assert.throws(one({ a: [] }), /without a thread "main"/);
    assert.throws(() => scenario({ summary: 's', cases: [] }), /no cases/);
  });

  test('all scenarios are programs of plain data', () => {
    const all = allScenarios();
    assert.ok(all.length > 40, `only ${all.length}`);
    for (const { family, name, scenario: one } of all) {
      JSON.stringify(one.cases, (key, data) => {
        const plain = data === null || typeof data !== 'object' || PLAIN.has(data.constructor);
        const kind = typeof data;
        assert.ok(
          plain && !['function', 'symbol', 'bigint'].includes(kind),
          `${family}/${name}: ${key}`,
        );
        return data;
      });
    }
  });
});

describe('a program', () => {
  test('passes when each thread does', () => {
    passes({
      main: [op.load(), op.spawn('a'), op.idle('ready'), op.signal('go'), op.exits('a')],
      a: [op.load(), op.signal('ready'), op.wait('go'), op.call('echo', [1], { equals: 1 })],
    });
  });

  test('fails with what a worker found, though main waits for it', () => {
    fails(
      {
        main: [op.spawn('a'), op.wait('used'), op.exits('a')],
        a: [op.load(), op.call('echo', [1], { equals: 2 }), op.signal('used')],
      },
      /a, operation 1 \(call echo\).*\n?.*Expected values/s,
    );
  });

  test('fails when a worker ends otherwise than was said', () => {
    fails({ main: [op.spawn('a'), op.exits('a')], a: [op.exit(3)] }, /exited with 3, not 0/);
    fails({ main: [op.spawn('a'), op.exits('a', { code: 3 })], a: [] }, /exited with 0, not 3/);
    fails(
      {
        main: [op.spawn('a'), op.exits('a', { code: 1, error: 'other' })],
        a: [op.uncaught('this')],
      },
      /threw .*this.*, not other/,
    );
  });

  test('fails when nobody asks how a worker ended', () => {
    fails({ main: [op.spawn('a')], a: [] }, /nobody asserted how "a" ended/);
  });

  test('fails when threads disagree', () => {
    const thread = [
      op.load(),
      op.call('thread', [], { as: 'id' }),
      op.record('id', value.slot('id')),
    ];
    fails(
      { main: [...thread, op.spawn('a'), op.exits('a')], a: thread },
      /"id" is 0 in main, and \d+ in a/,
    );
  });

  test('holds calls to what was expected', () => {
    const call = (...args) => ({ main: [op.load(), op.call(...args)] });
    passes(call('fail', ['no'], { throws: 'no' }));
    passes(call('fail', ['no'], { throws: true }));
    passes(call('fail', ['no'], { may: true }));
    fails(call('fail', ['no']), /TypeError no/);
    fails(call('fail', ['no'], { throws: 'yes' }), /threw TypeError no, not yes/);
    fails(call('echo', [1], { throws: true }), /threw nothing/);
    fails(call('echo', [1], { type: 'string' }), /Expected values/);
    fails(call('nothing'), /the target has no function "nothing"/);
  });

  test('does not await inside of a callback', () => {
    passes({ main: [op.load(), op.call('call', [value.fn([], { returns: 7 })], { equals: 7 })] });
    fails({ main: [op.load(), op.call('call', [value.fn([op.turn()])])] }, /needs the event loop/);
  });

  test('has collected garbage when it says so', () => passes({ main: [op.gc()] }));
});
