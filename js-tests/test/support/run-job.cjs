'use strict';
// Runs one job without the harness, for the tests of this side: the same variables, files and arguments
// as docs/protocol.md gives, and everything that came of it. Judging is left to the caller.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { parse } = require('smol-toml');
const { manifest } = require('../../lib/manifest.cjs');

const HOME = path.join(__dirname, '../..');

const RUNNERS = {
  jest: [
    path.join(HOME, 'node_modules/jest/bin/jest.js'),
    '--config',
    path.join(HOME, 'lib/jest.config.cjs'),
    '--ci',
  ],
  vitest: [
    path.join(HOME, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    path.join(HOME, 'lib/vitest.config.mjs'),
  ],
  'vitest-shared': [
    path.join(HOME, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    path.join(HOME, 'lib/vitest.config.mjs'),
  ],
  'node-test': [path.join(HOME, 'lib/node-test.mjs')],
};

/** `>=26.10, <27` on a version; the only forms that target.toml of this tree uses. */
function matches(range, version) {
  const parts = (text) => text.replace(/^v/, '').split('.').map(Number);
  const have = parts(version);
  return range.split(',').every((part) => {
    const [, operator, wanted] = /^\s*(>=|<)([\d.]+)$/.exec(part);
    const want = parts(wanted);
    const index = [0, 1, 2].find((i) => (have[i] ?? 0) !== (want[i] ?? 0));
    const notLess = index === undefined || (have[index] ?? 0) > (want[index] ?? 0);
    return operator === '<' ? !notLess : notLess;
  });
}

function readTarget(id, version, binary) {
  const dir = path.join(HOME, 'targets', id);
  const toml = parse(fs.readFileSync(path.join(dir, 'target.toml'), 'utf8'));
  const more = (toml['supports-when'] ?? []).filter(({ runtimes }) => matches(runtimes, version));
  const supports = [...toml.supports, ...more.map(({ capability }) => capability)];
  supports.push(`os:${process.platform}`);
  const module = toml.source.builtin ?? path.resolve(dir, toml.source.path);
  const adapter = path.join(dir, toml.adapter);
  const env = {};
  for (const [key, value] of Object.entries(toml.env ?? {})) {
    if (binary) env[key] = value.replaceAll('{artifact}', binary);
  }
  const target = {
    id,
    dir,
    profile: toml.profile,
    adapter,
    module,
    binary: binary ?? null,
    supports,
  };
  return { target, env };
}

/** Runs one job; `target` is `{ target, env }` as `readTarget` gives it. */
function runJob({
  node = process.execPath,
  root = HOME,
  target,
  topic,
  runner,
  tests,
  timeoutMs = 60000,
  seed = '17',
  adapter,
  more = [],
}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'js-job-'));
  const tmp = path.join(dir, 'tmp');
  fs.mkdirSync(tmp);
  const found = manifest(root).topics.find((one) => one.topic === topic);
  const supported = new Set(target.target.supports);
  const applies = (one) =>
    one.needs.every((need) => supported.has(need)) && (!tests || tests.includes(one.id));
  const files = found.files.filter((file) => file.tests.some(applies));
  const wanted = files.flatMap((file) => file.tests.filter(applies).map(({ id }) => id));
  const job = {
    version: 1,
    id: 'self-test',
    target: adapter ? { ...target.target, adapter } : target.target,
    topic,
    runner,
    files: files.map(({ file }) => file),
    tests: wanted,
    seed,
    timeoutMs,
  };
  const jobFile = path.join(dir, 'job.json');
  const eventFile = path.join(dir, 'events.ndjson');
  fs.writeFileSync(jobFile, JSON.stringify(job));
  fs.writeFileSync(eventFile, '');
  const inherited = { ...process.env };
  // Set by the node:test that runs this; a node:test below would talk to it.
  delete inherited.NODE_TEST_CONTEXT;
  const began = process.hrtime.bigint();
  const end = spawnSync(node, [...RUNNERS[runner], ...more], {
    cwd: root,
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: {
      ...inherited,
      ...target.env,
      THREADPROOF_EVENTS: eventFile,
      THREADPROOF_JOB: jobFile,
      THREADPROOF_SEED: seed,
      ...(runner === 'vitest-shared' ? { THREADPROOF_ISOLATE: '0' } : {}),
      TMPDIR: tmp,
    },
  });
  const wallMs = Number(process.hrtime.bigint() - began) / 1e6;
  const text = fs.readFileSync(eventFile, 'utf8');
  const events = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  fs.rmSync(dir, { recursive: true, force: true });
  return {
    job,
    events,
    code: end.status,
    signal: end.signal,
    stdout: end.stdout,
    stderr: end.stderr,
    wallMs,
  };
}

/** What three witnesses say in short: for the person at the command line, and for assertions. */
function summarise({ job, events, code, signal }) {
  const ends = events.filter(({ type }) => type === 'test-end');
  const ended = new Map(ends.map((event) => [event.test, event.status]));
  return {
    code,
    signal,
    passed: job.tests.filter((id) => ended.get(id) === 'passed').length,
    expected: job.tests.length,
    failed: ends
      .filter(({ status }) => status === 'failed')
      .map(({ test, errors }) => ({ test, errors })),
    lost: job.tests.filter((id) => !ended.has(id)),
    badFiles: events.filter(({ type, ok }) => type === 'file-end' && !ok),
    runEnd: events.find(({ type }) => type === 'run-end'),
    processExit: events.find(({ type }) => type === 'process-exit'),
    notes: events.filter(({ type }) => type === 'note').map(({ message }) => message),
  };
}

module.exports = { HOME, RUNNERS, matches, readTarget, runJob, summarise };

// By hand: node test/support/run-job.cjs TARGET TOPIC RUNNER [NODE] [BINARY]
// VERBOSE=1 prints the process's output, EVENTS=1 its events, ADAPTER names another adapter.
if (require.main === module) {
  const [id, topic, runner, node = process.execPath, binary] = process.argv.slice(2);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const target = readTarget(id, version, binary);
  const result = runJob({ node, target, topic, runner, adapter: process.env.ADAPTER });
  const found = summarise(result);
  const good =
    found.passed === found.expected &&
    found.code === 0 &&
    found.badFiles.length === 0 &&
    found.runEnd?.ok;
  const lines = [];
  if (process.env.VERBOSE) lines.push(result.stdout, result.stderr);
  if (process.env.EVENTS) lines.push(...result.events.map((event) => JSON.stringify(event)));
  const counts = `${found.passed}/${found.expected} in ${Math.round(result.wallMs)} ms`;
  lines.push(`${good ? 'ok  ' : 'FAIL'} ${id} ${version} ${topic}/${runner} ${counts}`);
  if (!good) {
    for (const { test, errors } of found.failed)
      lines.push(`  ${test}`, `    ${errors[0]?.message}`);
    for (const { file, errors } of found.badFiles) lines.push(`  ${file}: ${errors[0]?.message}`);
    lines.push(`  code ${found.code}, signal ${found.signal}, lost: ${found.lost.join(', ')}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = good ? 0 : 1;
}
