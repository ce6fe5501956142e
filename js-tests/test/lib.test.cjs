'use strict';
// The library by itself: events from many threads, jobs that are wrong, gates, assertions, the catalogue.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { describe, test } = require('node:test');
const { Worker } = require('node:worker_threads');
const check = require('../lib/check.cjs');
const { describeError } = require('../lib/events.cjs');
const { Gate } = require('../lib/gate.cjs');
const job = require('../lib/job.cjs');
const { ManifestError, manifest } = require('../lib/manifest.cjs');
const { HOME } = require('./support/run-job.cjs');

const temporary = (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'js-lib-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  return dir;
};

const GOOD = {
  version: 1,
  id: 'x',
  topic: 't',
  runner: 'jest',
  seed: '1',
  files: ['suites/t/a'],
  tests: ['t/a > b'],
  timeoutMs: 1000,
  target: { id: 'x', dir: '/x', supports: [] },
};

describe('events', () => {
  test('of eight threads at once are whole lines, none lost', async (t) => {
    const file = path.join(temporary(t), 'events');
    fs.writeFileSync(file, '');
    const code = `
      const { workerData } = require('node:worker_threads');
      const { emit } = require(workerData.lib);
      for (let i = 0; i < 200; i++) emit('note', { message: 'x'.repeat(i * 37), i, w: workerData.w });`;
    const lib = path.join(HOME, 'lib/events.cjs');
    const env = { ...process.env, THREADPROOF_EVENTS: file };
    await Promise.all(
      Array.from(
        { length: 8 },
        (_, w) =>
          new Promise((resolve, reject) => {
            const worker = new Worker(code, { eval: true, env, workerData: { lib, w } });
            worker.on('error', reject);
            worker.on('exit', (exit) => (exit === 0 ? resolve() : reject(new Error(`${exit}`))));
          }),
      ),
    );
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n').map(JSON.parse);
    assert.strictEqual(lines.length, 1600);
    assert.strictEqual(new Set(lines.map(({ i, w }) => `${w}/${i}`)).size, 1600);
  });

  test('describe errors, also wrapped and of no class', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ERR_X' });
    const wrapped = Object.assign(new Error('outer', { cause }), { code: 'ERR_TEST_FAILURE' });
    const { message, code, stack } = describeError(wrapped);
    assert.deepStrictEqual([message, code], ['TypeError: inner', 'ERR_X']);
    assert.match(stack, /inner/);
    assert.deepStrictEqual(describeError(undefined), { message: 'undefined' });
    assert.deepStrictEqual(describeError('text'), { message: 'text' });
  });
});

describe('jobs', () => {
  const wrong = [
    [{ ...GOOD, version: 2 }, /has version 2, and this library reads version 1/],
    [{ ...GOOD, files: [] }, /"files" is empty/],
    [{ ...GOOD, tests: 'all' }, /"tests" must be a list of strings/],
    [{ ...GOOD, timeoutMs: 0 }, /"timeoutMs" must be a positive number/],
    [{ ...GOOD, target: null }, /"target" must be an object/],
    [{ ...GOOD, seed: 17 }, /"seed" must be a string/],
    [null, /is not a JSON object/],
  ];
  for (const [value, message] of wrong) {
    test(`are refused: ${message.source}`, () => {
      assert.throws(() => job.checkJob(value, 'here'), { name: 'JobError', message });
    });
  }

  test('are read from the file that the variable names', (t) => {
    const file = path.join(temporary(t), 'job.json');
    fs.writeFileSync(file, JSON.stringify(GOOD));
    assert.deepStrictEqual(job.readJob({ THREADPROOF_JOB: file }), GOOD);
    assert.throws(() => job.readJob({}), /THREADPROOF_JOB is not set/);
    assert.throws(() => job.readJob({ THREADPROOF_JOB: `${file}x` }), /cannot be read/);
    fs.writeFileSync(file, '{');
    assert.throws(() => job.readJob({ THREADPROOF_JOB: file }), /is not JSON/);
  });

  test('name the files of their runner', () => {
    const files = job.runnerFiles({ ...GOOD, runner: 'node-test' }, path.resolve('/root'));
    assert.deepStrictEqual(files, [path.resolve('/root/suites/t/a.node.mjs')]);
    assert.throws(() => job.runnerFiles({ ...GOOD, runner: 'mocha' }), /there are jest, vitest/);
    const id = job.fileIdOf(path.resolve('/root/suites/t/a.node.mjs'), path.resolve('/root'));
    assert.strictEqual(id, 'suites/t/a');
    assert.strictEqual(job.prefixOf(id), 't/a');
  });

  test('give a worker less time than its test, and a test less than the process', () => {
    assert.ok(job.waitLimitMs(GOOD) < job.testLimitMs(GOOD));
    assert.ok(job.testLimitMs(GOOD) < GOOD.timeoutMs);
  });
});

describe('gates', () => {
  test('wait for a count and name what is missing', async () => {
    const gate = new Gate(2);
    await assert.rejects(gate.reached(1, 2, 20), /gate 1: 0 of 2 arrived within 20 ms/);
    assert.throws(() => gate.block(0, 1, 20), /gate 0: 0 of 1 arrived within 20 ms/);
    Gate.of(gate.memory).arrive(1);
    gate.arrive(1);
    await gate.reached(1, 2, 20);
    gate.block(1, 2, 20);
  });
});

describe('assertions', () => {
  test('compare data, not prototypes', () => {
    check.same(Object.assign(Object.create(null), { a: [1] }), { a: [1] });
    assert.throws(() => check.same({ a: 1 }, { a: '1' }, 'what'), /what: got \{ a: 1 \}/);
    assert.throws(() => check.same(undefined, null), /got undefined/);
  });
  test('look at each field of an error, and at its absence', () => {
    const call = () => {
      throw Object.assign(new RangeError('too much'), { code: 'ERR_A', errcode: 5 });
    };
    check.throws(call, { name: 'RangeError', code: 'ERR_A', errcode: 5, message: /much/ });
    assert.throws(() => check.throws(call, { code: 'ERR_B' }), /code of .* is not 'ERR_B'/s);
    assert.throws(() => check.throws(call, { code: undefined }), /wrong error/);
    assert.throws(() => check.throws(() => 7, {}), /nothing was thrown \(returned 7\)/);
  });
});

describe('the catalogue', () => {
  const tree = (t, files) => {
    const root = temporary(t);
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(root, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
    return root;
  };
  const thin = Object.fromEntries(
    ['jest.cjs', 'vitest.mjs', 'node.mjs'].map((suffix) => [`suites/t/a.${suffix}`, '']),
  );
  const body = (tests) => `module.exports = { tests: [${tests}] };`;
  const topic = { 'suites/t/topic.toml': 'summary = "s"\nneeds = ["sqlite"]' };

  test('sums the needs of a topic and of a test', (t) => {
    const test = "{ name: 'b', needs: ['interrupt'], run() {} }";
    const root = tree(t, { ...topic, ...thin, 'suites/t/a.body.cjs': body(test) });
    assert.deepStrictEqual(manifest(root), {
      version: 1,
      topics: [
        {
          topic: 't',
          kind: 'bodies',
          summary: 's',
          files: [
            { file: 'suites/t/a', tests: [{ id: 't/a > b', needs: ['sqlite', 'interrupt'] }] },
          ],
        },
      ],
    });
  });

  const wrong = {
    'has no a.node.mjs beside it': { ...topic, ...thin, 'suites/t/a.node.mjs': null },
    'which is no capability': {
      'suites/t/a.body.cjs': body("{ name: 'b', needs: ['x'], run() {} }"),
    },
    'two tests named "b"': {
      'suites/t/a.body.cjs': body("{ name: 'b', run() {} }, { name: 'b', run() {} }"),
    },
    'must export': { 'suites/t/a.body.cjs': 'module.exports = {};' },
    'give a "summary"': { 'suites/t/topic.toml': '' },
  };
  for (const [message, files] of Object.entries(wrong)) {
    test(`refuses what ${message}`, (t) => {
      const good = { 'suites/t/a.body.cjs': body("{ name: 'b', run() {} }") };
      const all = Object.entries({ ...topic, ...thin, ...good, ...files });
      const root = tree(t, Object.fromEntries(all.filter(([, text]) => text !== null)));
      assert.throws(
        () => manifest(root),
        (error) => error instanceof ManifestError && error.message.includes(message),
      );
    });
  }

  test('of this tree is printed without loading a target, and each topic has two files', () => {
    const { stdout, status } = spawnSync(process.execPath, ['lib/manifest.cjs'], {
      cwd: HOME,
      encoding: 'utf8',
    });
    assert.strictEqual(status, 0);
    const { topics } = JSON.parse(stdout);
    const named = (kind) => topics.filter((one) => one.kind === kind).map((one) => one.topic);
    assert.deepStrictEqual(named('scenarios'), [
      'affinity',
      'callback',
      'cleanup',
      'concurrency',
      'data',
      'env',
      'exhaustion',
      'exit',
      'lifetime',
      'load',
      'receiver',
      'terminate',
    ]);
    assert.deepStrictEqual(named('bodies'), [
      'concurrency',
      'error',
      'initialization',
      'robustness',
      'robustness-large',
      'simple',
      'termination',
    ]);
    for (const { files } of topics) assert.ok(files.length >= 2);
    const ids = topics.flatMap(({ files }) =>
      files.flatMap(({ tests }) => tests.map(({ id }) => id)),
    );
    assert.strictEqual(new Set(ids).size, ids.length);
  });

  test('names what is wrong and exits with 2', () => {
    const { stderr, status } = spawnSync(
      process.execPath,
      ['lib/manifest.cjs', path.join(HOME, 'lib')],
      { cwd: HOME, encoding: 'utf8' },
    );
    assert.strictEqual(status, 2);
    assert.match(stderr, /has no folder "suites"/);
  });

  test('has runner files that do nothing but hand the body over', () => {
    const suites = path.join(HOME, 'suites');
    const seen = {};
    for (const name of fs.readdirSync(suites, { recursive: true })) {
      const [, kind] = /\.(jest|vitest|node)\.[cm]js$/.exec(name) ?? [];
      if (!kind) continue;
      seen[kind] ??= new Set();
      seen[kind].add(fs.readFileSync(path.join(suites, name), 'utf8'));
    }
    for (const kind of ['jest', 'vitest', 'node']) assert.strictEqual(seen[kind].size, 1, kind);
  });
});
