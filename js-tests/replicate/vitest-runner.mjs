// Vitest's runner of tests in a worker of `replicate`: waits for the other copies before it loads the file, and tells of each
// test at once, which Vitest does in batches that a crash would take along.
import { getEnvironmentData } from 'node:worker_threads';
import * as vitest from 'vitest';
import events from '../lib/events.cjs';
import shared from './shared.cjs';

const copy = {
  ...getEnvironmentData('threadproof'),
  number: Number(process.env.THREADPROOF_WORKER),
};

/** The runner that the package names, or Vitest's own, which was called otherwise before Vitest 4. */
async function baseRunner() {
  if (copy.runner) return (await import(/* @vite-ignore */ copy.runner)).default;
  if (vitest.TestRunner) return vitest.TestRunner;
  const older = 'vitest/runners';
  return (await import(/* @vite-ignore */ older)).VitestTestRunner;
}

function titlesOf(test) {
  const titles = [test.name];
  for (let suite = test.suite; suite && suite !== test.file; suite = suite.suite) {
    titles.unshift(suite.name);
  }
  return titles;
}

const Base = await baseRunner();

export default class ReplicateRunner extends Base {
  #teller = new shared.Teller(copy);
  #met = false;

  importFile(file, source) {
    if (source === 'collect' && !this.#met) {
      this.#met = true;
      shared.meet(copy.start, copy.workers, copy.startMs);
    }
    return super.importFile(file, source);
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test);
    this.#teller.start(titlesOf(test));
  }

  async onAfterRunTask(test) {
    await super.onAfterRunTask?.(test);
    const { state, duration, errors } = test.result ?? {};
    // A test that skips itself is no test.
    if (state !== 'pass' && state !== 'fail') return;
    this.#teller.end(titlesOf(test), {
      passed: state === 'pass',
      ms: duration,
      errors: (errors ?? []).map(events.describeError),
    });
  }
}
