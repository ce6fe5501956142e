'use strict';
// Copies by Vitest: one Vitest in this process, in which each copy is a project with a worker of its own.

const { createRequire } = require('node:module');
const path = require('node:path');
const os = require('node:os');
const { pathToFileURL } = require('node:url');
const { setEnvironmentData } = require('node:worker_threads');
const { describeError } = require('../lib/events.cjs');
const { NOTHING, release } = require('./shared.cjs');

const nameOf = (number) => `threadproof ${number}`;
const literal = (file) => file.replace(/[()[\]{}!*?+@\\]/g, '\\$&');
const errorsOf = (errors) => (errors ?? []).map(describeError);

/** Everything that is wrong with a copy's file besides its tests. */
function errorsOfModule(testModule) {
  const errors = errorsOf(testModule.errors());
  for (const suite of testModule.children.allSuites()) errors.push(...errorsOf(suite.errors()));
  const tests = [...testModule.children.allTests()].map((test) => test.result().state);
  const tried = tests.some((state) => state === 'passed' || state === 'failed');
  if (errors.length === 0 && !tried) errors.push(NOTHING);
  return errors;
}

/** Options that say how many workers are up at once, which were called otherwise before Vitest 4. */
function pool(version, workers) {
  const all = { pool: 'threads', isolate: true, fileParallelism: true };
  if (Number.parseInt(version, 10) >= 4) return { ...all, maxWorkers: workers };
  const threads = { minThreads: workers, maxThreads: workers, singleThread: false, isolate: true };
  return { ...all, minWorkers: workers, maxWorkers: workers, poolOptions: { threads } };
}

/**
 * What a copy's project is made of: that project of the package's configuration that includes the file. Vitest tells which it
 * is, and not what it was made of.
 */
async function projectOf(createVitest, { file, root }) {
  const vitest = await createVitest('test', { root, watch: false, reporters: [{}] });
  try {
    const all = await vitest.globTestSpecifications([file]);
    const found = all.find(({ moduleId }) => path.resolve(moduleId) === file);
    if (!found) throw new Error('no project of the configuration of Vitest includes the file');
    const { name, vite } = found.project;
    const labelOf = (one) => one?.test?.name?.label ?? one?.test?.name;
    const inline = vitest.config.projects.find((one) => labelOf(one) === name);
    if (inline) return inline;
    if (vite.config.configFile) return { extends: vite.config.configFile };
    throw new Error('the project of Vitest that includes the file has no name: give it one');
  } finally {
    await vitest.close();
  }
}

/**
 * One iteration: all copies, each with its variables. Resolves with the errors of each copy by its number, and those of
 * nobody in particular.
 */
async function iterate(params, { label, iteration, start, counts, expected, variables }) {
  const entry = createRequire(path.join(params.runnerDir, 'package.json')).resolve('vitest/node');
  const { createVitest, version } = await import(pathToFileURL(entry));
  const { workers, startMs } = params;
  const numbers = Array.from({ length: workers }, (_, at) => at + 1);
  const environments = numbers.map(variables);
  const errors = new Map();
  const rest = [];
  const reporter = {
    onTestModuleEnd(testModule) {
      errors.set(testModule.project.name, errorsOfModule(testModule));
      // One that never came would keep the others waiting.
      release(start, workers);
    },
    onTestRunEnd(_modules, unhandled) {
      rest.push(...errorsOf(unhandled));
    },
    onProcessTimeout() {
      rest.push({ message: 'Vitest could not end its workers in time' });
    },
  };
  const projectsFrom = (base) =>
    numbers.map((number) => ({
      ...base,
      test: {
        ...base.test,
        ...pool(version, workers),
        name: nameOf(number),
        include: [literal(params.file)],
        exclude: [],
        env: { ...base.test?.env, ...environments[number - 1] },
        runner: path.join(__dirname, 'vitest-runner.mjs'),
      },
    }));
  const create = (base) =>
    createVitest(
      'test',
      {
        ...pool(version, workers),
        root: params.root,
        watch: false,
        // Snapshots are compared and never written.
        update: false,
        bail: 0,
        coverage: { enabled: false },
        // What is written last before a crash is the most telling.
        disableConsoleIntercept: true,
        reporters: [reporter],
        project: numbers.map(nameOf),
      },
      { cacheDir: path.join(os.tmpdir(), 'vite'), test: { projects: projectsFrom(base) } },
    );
  let base = { extends: true };
  let vitest = await create(base);
  if (vitest.config.projects.length > workers) {
    await vitest.close();
    base = await projectOf(createVitest, params);
    vitest = await create(base);
  }
  const own = base.test?.runner ?? vitest.config.runner;
  setEnvironmentData('threadproof', {
    ...{ label, iteration, start, counts, expected, workers, startMs },
    runner: own && path.resolve(params.root, own),
  });
  try {
    const copies = vitest.projects.filter((project) => project.name.startsWith('threadproof '));
    const specifications = copies.map((project) => project.createSpecification(params.file));
    await vitest.runTestSpecifications(specifications, true);
  } finally {
    await vitest.close();
  }
  const missing = [{ message: 'Vitest did not run the file' }];
  return { errors: numbers.map((number) => errors.get(nameOf(number)) ?? missing), rest };
}

module.exports = { iterate };
