// The protocol's events from node:test: as a listener on the stream of `run()`, and, as the default
// export, as a `--test-reporter` (which node:test loads late, so others have to announce the run).
import path from 'node:path';
import events from '../lib/events.cjs';
import job from '../lib/job.cjs';

/** The first event, and the last. */
export function announce() {
  events.emit('run-start', {
    runner: job.readJob().runner,
    runnerVersion: process.versions.node,
    node: process.versions.node,
    pid: process.pid,
  });
  events.emitProcessExit();
}

export class NodeTestReporter {
  constructor() {
    this.job = job.readJob();
    this.counts = { passed: 0, failed: 0, skipped: 0 };
    this.ok = true;
    this.stray = [];
    /** Names of the suites that are open, by nesting. */
    this.open = [];
    // See each uncaught error, also those that node:test catches and only mentions in a diagnostic. The
    // second of them would keep an unhandled rejection from ending the process, but node:test does too.
    process.on('uncaughtExceptionMonitor', (error) => this.stray.push(error));
    process.on('unhandledRejection', (error) => this.stray.push(error));
  }

  take({ type, data }) {
    if (type === 'test:start') {
      this.open.length = data.nesting;
      this.open.push(data.name);
    } else if (type === 'test:pass') this.#end(data, data.skip || data.todo ? 'skipped' : 'passed');
    else if (type === 'test:fail') this.#end(data, 'failed');
  }

  #end(data, status) {
    this.open.length = data.nesting;
    const errors = data.details?.error ? [events.describeError(data.details.error)] : [];
    if (data.nesting === 0) this.#endFile(data, status, errors);
    else {
      const test = job.testId(this.open.join(' > '), data.name);
      const file = this.#fileOf(this.open[0]);
      this.counts[status] += 1;
      events.emit('test-end', { test, file, status, ms: data.details.duration_ms, errors });
    }
  }

  /** What stands at the top is a body's suite; or a file that could not be loaded, by its path. */
  #endFile(data, status, errors) {
    const failedTests = errors.some(({ code }) => code === 'ERR_TEST_FAILURE');
    const own = failedTests ? [] : errors;
    const ok = status === 'passed' || (failedTests && own.length === 0);
    const known = this.#fileOf(data.name);
    const file = known ?? job.fileIdOf(path.resolve(data.name));
    if (status === 'failed') this.ok = false;
    events.emit('file-end', { file, ok, errors: own });
  }

  #fileOf(prefix) {
    return this.job.files.find((file) => job.prefixOf(file) === prefix);
  }

  end() {
    for (const error of this.stray) {
      this.ok = false;
      events.emit('file-end', { file: '(run)', ok: false, errors: [events.describeError(error)] });
    }
    // An exit code was set when a file could not be imported.
    const ok = this.ok && this.counts.failed === 0 && !process.exitCode;
    events.emit('run-end', { ...this.counts, ok });
    if (!ok) process.exitCode = 1;
  }
}

export default async function* reporter(source) {
  const inner = new NodeTestReporter();
  for await (const event of source) inner.take(event);
  inner.end();
  yield '';
}
