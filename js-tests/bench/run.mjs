/**
 * The benchmarks: node js-tests/bench/run.mjs [OPTIONS]. See docs/benchmarks.md, and --help.
 *
 * This process only starts the ones that measure, and prints.
 */

import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OURS, PEERS } from './lib/contenders.mjs';
import { OPERATIONS, STARTUP, THROUGHPUT } from './lib/goals.mjs';
import { install } from './lib/install.mjs';
import { measure } from './lib/process.mjs';
import { raw as measureRaw } from './lib/raw.mjs';
import { VERSION, distance, throughput, timing, unmet } from './lib/report.mjs';
import { markdown } from './lib/table.mjs';

const HELP = `usage: node js-tests/bench/run.mjs [OPTIONS]

  --node PATH      the Node to measure on (default: this one)
  --only PATTERN   operations whose id matches this regular expression
  --quick          fewer and shorter samples: to see that it works
  --rounds N       samples of each contender for each operation
  --seed N         order of the contenders (default: the clock); printed
  --raw            also SQLite without JavaScript, by cargo bench
  --json FILE      everything that was measured, as JSON ("-": instead of the table)
  --check          end with 13 when a goal is not met
  --help
`;

/** Exit codes: a wrong option or nothing to measure; goals that --check found not met. */
const WRONG = 2;
const UNMET = 13;

const PACE = {
  full: {
    rounds: 21,
    sampleMs: 10,
    warmMs: 150,
    starts: 25,
    reads: 40_000,
    writes: 8_000,
    runs: 7,
  },
  quick: { rounds: 7, sampleMs: 4, warmMs: 60, starts: 7, reads: 8_000, writes: 1_600, runs: 3 },
};

function options() {
  const { values } = parseArgs({
    options: {
      node: { type: 'string', default: process.execPath },
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      raw: { type: 'boolean', default: false },
      json: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name, least) => {
    if (values[name] === undefined) return undefined;
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} takes a whole number from ${least} on, not "${values[name]}"`);
  };
  const rounds = number('rounds', 1);
  const pace = { ...PACE[values.quick ? 'quick' : 'full'] };
  if (rounds !== undefined) Object.assign(pace, { rounds, starts: rounds, runs: rounds });
  const seed = number('seed', 0) ?? Date.now() % 2 ** 32;
  const pattern = new RegExp(values.only);
  return { ...values, pace, seed, chosen: ({ id }) => pattern.test(id) };
}

const progress = (text) => process.stderr.write(`${text}\n`);

/** Which contenders work on this Node, and why the others do not. */
async function probe(node) {
  const contenders = {};
  const outs = new Map();
  let version;
  for (const name of [OURS, ...PEERS]) {
    const { result, outs: failed } = await measure(node, 'probe.mjs', { contenders: [name] });
    const reason = failed.get(name);
    contenders[name] = reason === undefined ? result : { reason };
    if (reason !== undefined) outs.set(name, reason);
    version ??= result?.node;
  }
  return { contenders, outs, version };
}

/** Runs a measuring process, and tells of one that ended badly after its work was done. */
async function measured(node, script, job) {
  const { after, ...rest } = await measure(node, script, job);
  if (after !== undefined) progress(`${script}: ${after}`);
  return rest;
}

async function timings({ node, pace, seed, chosen }, names, outs) {
  const rows = [];
  let clock;
  for (const operation of OPERATIONS.filter(chosen)) {
    progress(operation.id);
    const { rounds, sampleMs, warmMs } = pace;
    const { id, mostCalls: most } = operation;
    const job = { id, contenders: names, rounds, sampleMs, warmMs, seed, most };
    const { result, outs: failed } = await measured(node, 'operation.mjs', job);
    clock ??= result?.clock;
    const reasons = new Map([...outs, ...failed]);
    rows.push(timing(operation, result, reasons, { scale: 1e6, unit: 'ns' }));
  }
  const phases = STARTUP.filter(chosen);
  if (phases.length > 0) {
    progress('fresh workers');
    const job = { contenders: names, rounds: pace.starts, seed };
    const { result, outs: failed } = await measured(node, 'startup.mjs', job);
    clock ??= result?.clock;
    const reasons = new Map([...outs, ...failed]);
    for (const phase of phases) {
      const of = ([name, byPhase]) => [name, byPhase[phase.id]];
      const entries = Object.entries(result?.contenders ?? {}).map(of);
      const samples = { contenders: Object.fromEntries(entries) };
      rows.push(timing(phase, samples, reasons, { scale: 1, unit: 'ms' }));
    }
  }
  return { rows, clock };
}

async function throughputs({ node, pace, seed, chosen }, names, outs) {
  const rows = [];
  for (const row of THROUGHPUT.filter(chosen)) {
    progress(row.id);
    const { role, workers } = row;
    const calls = Math.ceil((role === 'readers' ? pace.reads : pace.writes) / workers);
    const job = { role, workers, contenders: names, rounds: pace.runs, calls, seed };
    const { result, outs: failed } = await measured(node, 'throughput.mjs', job);
    rows.push(throughput(row, result, new Map([...outs, ...failed])));
  }
  return rows;
}

async function main() {
  const chosen = options();
  if (chosen.help) {
    process.stdout.write(HELP);
    return;
  }
  install();
  const { contenders, outs, version } = await probe(chosen.node);
  if (outs.has(OURS)) {
    progress(
      `ours cannot be loaded: ${outs.get(OURS)}\nBuild it with "cargo build --release -p ` +
        'threadproof-sqlite", then "npm run stage" in addon/, or set THREADPROOF_SQLITE_BINARY.',
    );
    process.exitCode = WRONG;
    return;
  }
  const names = Object.keys(contenders).filter((name) => !outs.has(name));
  const estimates = chosen.raw ? measureRaw(chosen) : {};
  const { rows, clock } = await timings(chosen, names, outs);
  const report = {
    version: VERSION,
    node: version,
    machine: { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown' },
    rounds: chosen.pace.rounds,
    seed: chosen.seed,
    clock,
    contenders,
    timings: rows.map((row) => distance(row, estimates[row.id])),
    throughput: await throughputs(chosen, names, outs),
  };
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (chosen.json !== undefined && chosen.json !== '-') writeFileSync(chosen.json, json);
  process.stdout.write(chosen.json === '-' ? json : markdown(report));
  const failed = unmet(report.timings);
  if (chosen.check && failed.length > 0) {
    progress(`goals not met: ${failed.join(', ')}`);
    process.exitCode = UNMET;
  }
}

try {
  await main();
} catch (error) {
  progress(`bench: ${error.message}`);
  process.exitCode = WRONG;
}
