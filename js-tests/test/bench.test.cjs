'use strict';
// The benchmarks' own logic: intervals, goals, tables, and that nobody who fails ends the run.

const assert = require('node:assert');
const path = require('node:path');
const { before, describe, test } = require('node:test');
const { spawnSync } = require('node:child_process');

const BENCH = path.resolve(__dirname, '..', 'bench');
const FIXTURES = path.join(__dirname, 'fixtures', 'bench');
const NAMES = ['stats', 'goals', 'report', 'table', 'raw', 'process', 'contenders'];

let lib;
before(async () => {
  const modules = NAMES.map((name) => import(`../bench/lib/${name}.mjs`));
  lib = Object.assign({}, ...(await Promise.all(modules)));
});

/** The chance that at most `k` of `n` fair coins show heads, term by term. */
function binomial(n, k) {
  let term = 0.5 ** n;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += term;
    term *= (n - i) / (i + 1);
  }
  return sum;
}

describe('statistics', () => {
  test('the median of an even number of samples lies between the middle two', () => {
    assert.strictEqual(lib.median([9, 1, 3]), 3);
    assert.strictEqual(lib.median([10, 1, 3, 2]), 2.5);
  });

  test('an interval promises 95 %, and the next narrower one would not', () => {
    for (let n = 6; n <= 60; n++) {
      const cut = lib.trimmed(n);
      // The median lies below the (cut + 1)th sample when at most `cut` samples lie below it.
      assert.ok(2 * binomial(n, cut) <= 0.05, `${n} samples promise enough`);
      assert.ok(2 * binomial(n, cut + 1) > 0.05, `${n} samples promise no more than they need`);
    }
  });

  test('fewer than six samples have their extremes as interval', () => {
    for (let n = 1; n < 6; n++) assert.strictEqual(lib.trimmed(n), 0);
    assert.deepStrictEqual(lib.summary([3, 1, 2]), { median: 2, low: 1, high: 3 });
  });

  test('one wild sample moves neither median nor interval', () => {
    const calm = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
    const wild = calm.with(-1, 1e9);
    assert.deepStrictEqual(lib.summary(wild), lib.summary(calm));
  });

  test('a ratio is taken within its round, where both had the same machine', () => {
    // The machine slows down threefold in the middle; the peer is twice as slow throughout.
    const ours = [1, 1, 1, 3, 3, 3, 3];
    const theirs = ours.map((value) => value * 2);
    assert.deepStrictEqual(lib.ratios(ours, theirs), { median: 2, low: 2, high: 2 });
  });

  test('an order can be replayed from its seed, and holds everybody', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const orders = (seed) => {
      const next = lib.random(seed);
      return Array.from({ length: 50 }, () => lib.shuffled(names, next));
    };
    assert.deepStrictEqual(orders(7), orders(7));
    assert.notDeepStrictEqual(orders(7), orders(8));
    for (const order of orders(7)) assert.deepStrictEqual([...order].sort(), names);
    for (const name of names) {
      assert.ok(
        orders(7).some(([first]) => first === name),
        `${name} is first now and then`,
      );
    }
  });
});

describe('goals', () => {
  const row = { goals: { 'node:sqlite': 2, 'better-sqlite3': 1.5 } };
  const judge = (node, better, rest = {}, ours = undefined) =>
    lib.verdict(
      { ...row, ...rest },
      (peer) => ({ 'node:sqlite': node, 'better-sqlite3': better })[peer],
      ours,
    );

  test('a goal is met when every peer is beaten by as much as it says', () => {
    assert.strictEqual(judge(2, 1.5), 'met');
    assert.strictEqual(judge(1.99, 9), 'missed');
    assert.strictEqual(judge(9, 1.49), 'missed');
  });

  test('a peer without a figure is no success, and a missed goal stays missed', () => {
    assert.strictEqual(judge(undefined, 9), 'unknown');
    assert.strictEqual(judge(1, undefined), 'missed');
  });

  test('an absolute goal is one for ours alone', () => {
    const only = { goals: {}, most: 1.5 };
    assert.strictEqual(judge(0.1, 0.1, only, 1.5), 'met');
    assert.strictEqual(judge(9, 9, only, 1.51), 'missed');
    assert.strictEqual(judge(9, 9, only, undefined), 'unknown');
  });

  test('a row without goals has no verdict', () => {
    assert.strictEqual(judge(1, 1, { goals: {} }), null);
  });

  test('every operation has a query in the fixture, and an id of its own', () => {
    const listed = new Set(
      [...lib.FIXTURE.matchAll(/^ {2}\('([a-z0-9-]+)', '/gm)].map(([, id]) => id),
    );
    const ids = lib.OPERATIONS.map(({ id }) => id);
    assert.deepStrictEqual([...listed].sort(), [...ids].sort());
    const all = [...ids, ...[...lib.STARTUP, ...lib.THROUGHPUT].map(({ id }) => id)];
    assert.strictEqual(new Set(all).size, all.length);
  });
});

/** The figures of a made-up run, in milliseconds a call. */
const measured = (figures) => ({
  contenders: Object.fromEntries(
    Object.entries(figures).map(([name, ms]) => [
      name,
      { cpu: Array(7).fill(ms), wall: Array(7).fill(ms) },
    ]),
  ),
});

describe('the report', () => {
  const operation = { id: 'x', title: 'X', units: 10, goals: { 'node:sqlite': 2 } };
  const ours = '@threadproof/sqlite';
  const scale = { scale: 1e6, unit: 'ns' };

  test('gives nanoseconds of one unit, and how many times as long the peer takes', () => {
    const figures = measured({ [ours]: 1, 'node:sqlite': 3 });
    const { contenders, verdict } = lib.timing(operation, figures, new Map(), scale);
    assert.strictEqual(contenders[ours].cpu.median, 1e5);
    assert.strictEqual(contenders['node:sqlite'].ratio.cpu.median, 3);
    assert.strictEqual(verdict, 'met');
    assert.deepStrictEqual(lib.unmet([{ id: 'x', verdict }]), []);
  });

  test('keeps who dropped out, with the reason, and does not call that a success', () => {
    const outs = new Map([['node:sqlite', 'No such built-in module']]);
    const row = lib.timing(operation, measured({ [ours]: 1 }), outs, scale);
    assert.deepStrictEqual(row.contenders['node:sqlite'], { reason: 'No such built-in module' });
    assert.strictEqual(row.verdict, 'unknown');
    assert.deepStrictEqual(lib.unmet([row]), ['x']);
  });

  test('shows what the peers take when ours drops out', () => {
    const outs = new Map([[ours, 'not there yet']]);
    const row = lib.timing(operation, measured({ 'node:sqlite': 3 }), outs, scale);
    const table = render({ timings: [row] });
    assert.match(table, /\| n\/a \(1\) \| \(300,000 ns\) \|/);
    assert.match(table, /^1\. not there yet$/m);
  });

  test('subtracts what SQLite itself takes', () => {
    const row = lib.timing(operation, measured({ [ours]: 1 }), new Map(), scale);
    const { raw } = lib.distance(row, 40_000);
    assert.deepStrictEqual(raw, { ns: 40_000, overhead: 60_000, ratio: 2.5 });
    assert.strictEqual(lib.distance(row, undefined), row);
  });

  test('of throughput has more calls a second as the larger ratio', () => {
    const rates = (rate) => ({ rates: [rate, rate] });
    const contenders = { [ours]: rates(300), 'node:sqlite': rates(100) };
    const row = lib.throughput({ id: 't', title: '2 readers' }, { contenders }, new Map());
    assert.strictEqual(row.contenders['node:sqlite'].ratio.median, 3);
    assert.match(render({ throughput: [row] }), /\| 2 readers \| 300 \| 3\.00 \[3\.00, 3\.00\] \|/);
  });

  function render(parts) {
    return lib.markdown({
      node: '24.0.0',
      machine: { cpus: 2, model: 'a machine' },
      rounds: 7,
      seed: 1,
      contenders: { [ours]: { version: '0.1.0', sqlite: '3.54.1' }, libsql: { reason: 'gone' } },
      timings: [],
      throughput: [],
      ...parts,
    });
  }

  test('is a Markdown table whose rows have as many cells as its head', () => {
    const row = lib.timing(operation, measured({ [ours]: 1, 'node:sqlite': 1 }), new Map(), scale);
    for (const timings of [[row], [row, lib.distance(row, 40_000)]]) {
      const text = render({ timings });
      const lines = text.split('\n').filter((line) => line.startsWith('|'));
      const cells = new Set(lines.map((line) => line.split('|').length));
      assert.strictEqual(cells.size, 1, text);
      assert.match(text, /\| 2 \/ – \| \*\*missed\*\* \|/);
      assert.match(text, /^\* libsql: n\/a, gone$/m);
    }
  });

  test("reads Criterion's medians for one element", () => {
    assert.deepStrictEqual(lib.readEstimates(path.join(FIXTURES, 'criterion')), {
      'all-ints-100': 80,
      'get-int': 300,
    });
    assert.deepStrictEqual(lib.readEstimates(path.join(FIXTURES, 'nothing')), {});
  });
});

describe('a measuring process', () => {
  const fixture = path.relative(BENCH, path.join(FIXTURES, 'contest.mjs'));
  const contest = (contenders) => lib.measure(process.execPath, fixture, { contenders });

  test('that throws for one contender goes on with the others', async () => {
    const { result, outs } = await contest(['good', 'throws']);
    assert.deepStrictEqual(result, ['good']);
    assert.match(outs.get('throws'), /it throws/);
  });

  test('that crashes starts again without the culprit', async () => {
    const { result, outs } = await contest(['good', 'aborts', 'throws', 'exits', 'fine']);
    assert.deepStrictEqual(result, ['good', 'fine']);
    assert.match(outs.get('aborts'), /SIGABRT while being tried/);
    assert.match(outs.get('exits'), /exit code 0 while being tried/);
    assert.match(outs.get('throws'), /it throws/);
  });

  test('that crashes after its last sample has its result, and says so', async () => {
    const { result, outs, after } = await contest(['late', 'good']);
    assert.deepStrictEqual(result, ['late', 'good']);
    assert.strictEqual(outs.size, 0);
    assert.match(after, /SIGABRT after its last sample/);
    assert.strictEqual((await contest(['good'])).after, undefined);
  });

  test('has no result when nobody is left', async () => {
    const { result, outs } = await contest(['aborts']);
    assert.strictEqual(result, undefined);
    assert.strictEqual(outs.size, 1);
  });
});

describe('the command', () => {
  const run = (args, env = {}) =>
    spawnSync(process.execPath, [path.join(BENCH, 'run.mjs'), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });

  test('explains its options, and refuses others', () => {
    assert.match(run(['--help']).stdout, /--rounds N/);
    for (const wrong of [['--fast'], ['--rounds', '0'], ['--seed', 'x'], ['--only', '(']]) {
      const { status, stderr } = run(wrong);
      assert.strictEqual(status, 2, wrong.join(' '));
      assert.match(stderr, /^bench: /);
    }
  });
});

describe('the clock', () => {
  test('counts work, and not waiting', async () => {
    const { timed } = await import('../bench/lib/clock.mjs');
    const busy = timed(() => {
      const end = performance.now() + 30;
      let turns = 0;
      while (performance.now() < end) turns++;
      return turns;
    });
    assert.ok(busy.value > 0);
    assert.ok(busy.wall >= 30);
    assert.ok(busy.cpu > 3, `${busy.cpu} ms of 30, even on a machine that others use`);
    const idle = timed(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200));
    assert.strictEqual(idle.value, 'timed-out');
    assert.ok(idle.cpu < 50, `${idle.cpu} ms of 200`);
  });
});
