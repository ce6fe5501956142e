'use strict';
// The catalogue of topics and tests, from the bodies themselves: `node lib/manifest.cjs [DIR]` prints
// it as JSON. Loads no target.

const fs = require('node:fs');
const path = require('node:path');
const { parse } = require('smol-toml');
const { allScenarios } = require('../driver/scenarios.cjs');
const { testId } = require('./job.cjs');

const VERSION = 1;

/** Functions of the generic surface (docs/writing-a-target.md): open-ended, since adapters may offer more. */
const GENERIC = /^generic:[a-z][a-z-]*$/;

/** The capabilities of docs/protocol.md; `os:…` comes from the machine. */
const CAPABILITIES = new Set([
  'addon-binary',
  'data-clone-error',
  'interrupt',
  'os:darwin',
  'os:linux',
  'os:win32',
  'patient-backup',
  'sound',
  'sqlite',
  'statement-close',
  'surface-26',
  'virtual-tables',
]);

/** What of a runtime a step of a scenario needs, by the checks of `probe.cjs`. */
const STEP_NEEDS = {
  spawn: 'workers',
  terminate: 'terminate',
  gc: 'collect',
  collected: 'collect',
  limit: 'limits',
};

const RUNNER_SUFFIXES = ['.jest.cjs', '.vitest.mjs', '.node.mjs'];

class ManifestError extends Error {}

function checkNeeds(needs, where) {
  if (!Array.isArray(needs)) throw new ManifestError(`${where}: "needs" must be a list`);
  for (const need of needs) {
    if (!CAPABILITIES.has(need) && !GENERIC.test(need)) {
      const known = [...CAPABILITIES].join(', ');
      throw new ManifestError(
        `${where} needs "${need}", which is no capability; there are ${known}`,
      );
    }
  }
  return needs;
}

function readTopic(dir) {
  const file = path.join(dir, 'topic.toml');
  let topic;
  try {
    topic = parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ManifestError(`${file}: ${error.message}`, { cause: error });
  }
  if (typeof topic.summary !== 'string') {
    throw new ManifestError(`${file}: give a "summary" of what the topic tests`);
  }
  return { summary: topic.summary, needs: checkNeeds(topic.needs ?? [], file) };
}

function readBody(file, prefix, shared) {
  for (const suffix of RUNNER_SUFFIXES) {
    const beside = file.replace(/\.body\.cjs$/, suffix);
    if (!fs.existsSync(beside)) {
      throw new ManifestError(`${file} has no ${path.basename(beside)} beside it`);
    }
  }
  const { tests } = require(file);
  if (!Array.isArray(tests) || tests.length === 0) {
    throw new ManifestError(`${file} must export { tests: [...] } with one test at least`);
  }
  const seen = new Set();
  return tests.map(({ name, needs = [], run }) => {
    const id = testId(prefix, name);
    if (typeof name !== 'string' || typeof run !== 'function') {
      throw new ManifestError(`${file}: each test has a "name" and a "run"; see ${id}`);
    }
    if (seen.has(id)) throw new ManifestError(`${file} has two tests named "${name}"`);
    seen.add(id);
    return { id, needs: [...new Set([...shared, ...checkNeeds(needs, id)])] };
  });
}

const sortedDir = (dir) => fs.readdirSync(dir).sort();

/** What of a runtime a case needs (`runtime:workers`), from its steps, those inside of callbacks included. */
function runtimeNeeds(value, found = new Set()) {
  if (value === null || typeof value !== 'object') return found;
  if (STEP_NEEDS[value.op]) found.add(`runtime:${STEP_NEEDS[value.op]}`);
  if (value.op === 'exits' && value.error !== undefined) found.add('runtime:uncaught-exit-code');
  if (value.op === 'grown' && value.resource === 'descriptors') found.add('runtime:descriptors');
  if (value.resourceLimits) found.add('runtime:resource-limits');
  for (const inner of Object.values(value)) runtimeNeeds(inner, found);
  return found;
}

/** Topics of scenarios: one for each family of rules. */
function scenarioTopics(root) {
  const folder = path.join(root, 'driver', 'scenarios');
  if (!fs.existsSync(folder)) return [];
  const families = new Map();
  for (const { family, name, file, scenario } of allScenarios(folder)) {
    const prefix = `${family}/${name}`;
    const needs = checkNeeds(scenario.needs, file);
    const tests = scenario.cases.map((one) => ({
      id: testId(prefix, one.name),
      needs: [...needs, ...[...runtimeNeeds(one.threads)].sort()],
    }));
    const files = families.get(family) ?? [];
    families.set(family, [...files, { file: `driver/scenarios/${prefix}`, tests }]);
  }
  return [...families].map(([family, files]) => ({
    topic: family,
    kind: 'scenarios',
    summary: `scenarios of the rules ${family}/…`,
    files,
  }));
}

/** The catalogue of all topics in `<root>/suites` and of the scenarios in `<root>/driver`. */
function manifest(root) {
  const suites = path.join(root, 'suites');
  if (!fs.existsSync(suites)) throw new ManifestError(`${root} has no folder "suites"`);
  const topics = [];
  for (const topic of sortedDir(suites)) {
    const dir = path.join(suites, topic);
    if (!fs.existsSync(path.join(dir, 'topic.toml'))) continue;
    const { summary, needs } = readTopic(dir);
    const files = sortedDir(dir)
      .filter((name) => name.endsWith('.body.cjs'))
      .map((name) => {
        const part = name.slice(0, -'.body.cjs'.length);
        const tests = readBody(path.join(dir, name), `${topic}/${part}`, needs);
        return { file: `suites/${topic}/${part}`, tests };
      });
    if (files.length === 0) throw new ManifestError(`${dir} has no <part>.body.cjs`);
    topics.push({ topic, kind: 'bodies', summary, files });
  }
  return { version: VERSION, topics: [...topics, ...scenarioTopics(root)] };
}

if (require.main === module) {
  try {
    const catalogue = manifest(path.resolve(process.argv[2] ?? path.join(__dirname, '..')));
    process.stdout.write(`${JSON.stringify(catalogue, null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

module.exports = { CAPABILITIES, ManifestError, manifest };
