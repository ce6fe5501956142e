// node:test on the job's files, all in this process: `isolation: 'none'`. With a process a file, a
// crash would be a failed file of a child, its signal known to nobody; in one process all files and their
// workers share the target's native state, and the exit status is the target's own.
//
// Node 20 has no `isolation` and its `run()` starts a process a file. There the same thing is had by a
// process with our reporter on its command line, whose test files are imported; its end is passed on.
import { spawn } from 'node:child_process';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import path from 'node:path';
import events from './events.cjs';
import job from './job.cjs';
import { NodeTestReporter, announce } from '../reporters/node-test.mjs';

const self = fileURLToPath(import.meta.url);
const files = job.runnerFiles(job.readJob());
const [major] = process.versions.node.split('.').map(Number);
const INNER = '--files-here';

if (major >= 22) {
  announce();
  const reporter = new NodeTestReporter();
  const stream = run({ files, isolation: 'none', concurrency: false });
  stream.on('data', (event) => reporter.take(event));
  stream.on('end', () => reporter.end());
  stream.compose(new spec()).pipe(process.stdout);
} else if (process.argv[2] === INNER) {
  announce();
  for (const file of files) {
    try {
      await import(pathToFileURL(file));
    } catch (error) {
      console.error(error);
      const errors = [events.describeError(error)];
      events.emit('file-end', { file: job.fileIdOf(file), ok: false, errors });
      process.exitCode = 1;
    }
  }
} else {
  runInner();
}

function runInner() {
  const reporter = path.join(path.dirname(self), '../reporters/node-test.mjs');
  const args = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  args.push(`--test-reporter=${pathToFileURL(reporter)}`, '--test-reporter-destination=stdout');
  const child = spawn(process.execPath, [...process.execArgv, ...args, self, INNER], {
    stdio: 'inherit',
  });
  child.on('error', (error) => {
    throw error;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else endBy(signal);
  });
}

/** Ends this process by the signal that ended the child. */
function endBy(signal) {
  process.kill(process.pid, signal);
  // Node's own handler of SIGSEGV swallows the first one and takes itself away.
  setImmediate(() => {
    process.kill(process.pid, signal);
    setImmediate(() => process.abort());
  });
}
