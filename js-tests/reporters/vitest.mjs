// The protocol's events from Vitest. Runs on the main thread; `test-start` is written by lib/body.cjs in
// the worker, since Vitest sends its own in batches.
import { version } from 'vitest/node';
import events from '../lib/events.cjs';
import job from '../lib/job.cjs';

const errorsOf = (errors) => (errors ?? []).map(events.describeError);

export default class VitestReporter {
  constructor() {
    this.counts = { passed: 0, failed: 0, skipped: 0 };
  }

  onTestRunStart() {
    events.emit('run-start', {
      runner: job.readJob().runner,
      runnerVersion: version,
      node: process.versions.node,
      pid: process.pid,
    });
    events.emitProcessExit();
  }

  onTestCaseResult(testCase) {
    const { state, errors } = testCase.result();
    const status = state === 'passed' || state === 'failed' ? state : 'skipped';
    this.counts[status] += 1;
    events.emit('test-end', {
      test: testCase.fullName,
      file: job.fileIdOf(testCase.module.moduleId),
      status,
      ms: testCase.diagnostic()?.duration ?? 0,
      errors: errorsOf(errors),
    });
  }

  onTestModuleEnd(testModule) {
    const errors = errorsOf(testModule.errors());
    // A failed module without an error of its own has failed tests, which were told already.
    const file = job.fileIdOf(testModule.moduleId);
    events.emit('file-end', { file, ok: errors.length === 0, errors });
  }

  onTestRunEnd(_modules, unhandled, reason) {
    for (const error of unhandled) {
      const file = error.VITEST_TEST_PATH ? job.fileIdOf(error.VITEST_TEST_PATH) : '(run)';
      events.emit('file-end', { file, ok: false, errors: errorsOf([error]) });
    }
    const ok = reason === 'passed' && unhandled.length === 0;
    events.emit('run-end', { ...this.counts, ok });
  }

  onProcessTimeout() {
    events.emit('note', { message: 'Vitest could not end its workers in time' });
  }
}
