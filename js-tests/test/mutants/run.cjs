'use strict';
// Proves that the suites can fail: runs them on targets that are broken on purpose. Each mutant has to turn
// a test red, and each test has to turn red under a mutant that leaves its threads alive.
//
//   node test/mutants/run.cjs TARGET [NODE] [BINARY]      (some minutes; not a part of `npm test`)
//
// TOPIC=name runs one topic only. "robustness" and "robustness-large" have mutants of their own, in
// robustness.cjs.

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { manifest } = require('../../lib/manifest.cjs');
const { HOME, readTarget, runJob } = require('../support/run-job.cjs');
const general = require('./mutants.json');
const robustness = require('./robustness.cjs');

const ROBUSTNESS = ['robustness', 'robustness-large'];

/** Red under these says only that a worker's end is looked at. */
const LOSES_THREADS = new Set(['thread-ends-at-load', 'thread-ends-badly', 'crashes-in-workers']);
/** Mutants that need a binary to be initialised again. */
const NEEDS = { 'initialises-once': 'addon-binary' };

const [id = 'node-sqlite', node = process.execPath, binary] = process.argv.slice(2);
const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
const { target, env } = readTarget(id, version, binary);
const adapter = path.join(__dirname, 'adapter.cjs');
const redUnder = new Map();
let failed = false;

/** Runs `mutant` on a topic; `pattern` says on which of its tests. */
function redTests(mutant, topic, pattern) {
  const spoiled = { target, env: { ...env, THREADPROOF_MUTANT: mutant } };
  const tests = pattern && idsOf(topic).filter((id) => pattern.test(id));
  const timeoutMs = ROBUSTNESS.includes(topic) ? 60000 : 20000;
  const options = { node, topic, adapter, tests, target: spoiled, runner: 'node-test', timeoutMs };
  const { job, events, code } = runJob(options);
  const passed = new Set(
    events
      .filter(({ type, status }) => type === 'test-end' && status === 'passed')
      .map(({ test }) => test),
  );
  for (const test of job.tests) if (!redUnder.has(test)) redUnder.set(test, []);
  const red = job.tests.filter((test) => !passed.has(test));
  if (red.length > 0 && code === 0) {
    console.log(`${mutant}: ${topic} has red tests and exit code 0`);
    failed = true;
  }
  return red;
}

/** The tests of a topic that the target's capabilities allow. */
function idsOf(topic) {
  const { files } = manifest(HOME).topics.find((one) => one.topic === topic);
  return files
    .flatMap(({ tests }) => tests)
    .filter(({ needs }) => needs.every((need) => target.supports.includes(need)))
    .map(({ id }) => id);
}

function judge(mutant, topics, pattern) {
  const counts = [];
  for (const topic of topics) {
    const red = redTests(mutant, topic, pattern);
    for (const test of red) redUnder.get(test).push(mutant);
    if (red.length > 0) counts.push(`${topic} ${red.length}`);
  }
  if (counts.length === 0) failed = true;
  console.log(`${mutant}: ${counts.join(', ') || 'NOT NOTICED'}`);
}

const { TOPIC } = process.env;
const topics = manifest(HOME)
  .topics.map(({ topic }) => topic)
  .filter((topic) => !TOPIC || topic === TOPIC);
const others = topics.filter((topic) => !ROBUSTNESS.includes(topic));

for (const mutant of others.length > 0 ? general : []) {
  if (NEEDS[mutant] && !target.supports.includes(NEEDS[mutant])) continue;
  judge(mutant, others);
}
for (const topic of topics.filter((one) => ROBUSTNESS.includes(one))) {
  const ids = idsOf(topic);
  for (const id of ids) redUnder.set(id, []);
  for (const [mutant, { tests }] of Object.entries(robustness)) {
    if (ids.some((id) => tests.test(id))) judge(mutant, [topic], tests);
  }
}

for (const [test, under] of redUnder) {
  if (under.some((mutant) => !LOSES_THREADS.has(mutant))) continue;
  console.log(`never red while its threads live: ${test}`);
  failed = true;
}
console.log(
  `${redUnder.size} tests on ${id}, Node ${version}: ${failed ? 'NOT ALL PROVEN' : 'all can fail'}`,
);
process.exitCode = failed ? 1 : 0;
