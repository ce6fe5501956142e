'use strict';
// The runner `driver`: runs the one test of the job, a case of a scenario, in this process, and tells of it as
// docs/protocol.md says. A case that says how its process must end runs in a process below this one.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { threadId } = require('node:worker_threads');
const { emit } = require('../lib/events.cjs');
const { endBy } = require('../lib/end-by.cjs');
const { adapterOf, readJob, waitLimitMs } = require('../lib/job.cjs');
const { runOneTest } = require('../lib/one-test.cjs');
const { runProgram } = require('./program.cjs');
const { findCase } = require('./scenarios.cjs');

const INNER = '--inner';

/** What threads say, as events of the protocol. */
function tell(message) {
  switch (message.kind) {
    case 'phase':
      emit('phase', { phase: message.phase, thread: threadId });
      break;
    case 'note':
      emit('note', { message: message.message });
      break;
    case 'worker':
      emit('worker-start', { thread: message.thread, parent: threadId });
      break;
    case 'exit':
      emit('worker-exit', { thread: message.thread, code: message.code });
      break;
    default:
      throw new Error(`a thread said something unknown: ${message.kind}`);
  }
}

const run = (one, job) =>
  runProgram(one, { adapterPath: adapterOf(job), limitMs: waitLimitMs(job), tell });

/** Runs the case in a process of its own and asserts how that ended; ends by the same signal if it crashed. */
function runInner(one, signalled) {
  return new Promise((resolve, reject) => {
    const args = [...process.execArgv, path.resolve(__filename), INNER];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal !== null) signalled(signal);
      else if (code === one.ends.code) resolve();
      else reject(new Error(`the process exited with ${code}, not ${one.ends.code}`));
    });
  });
}

const outer = (job) =>
  runOneTest('driver', job, async (test) => {
    const one = findCase(test);
    await (one.ends ? runInner(one, endBy) : run(one, job));
  });

async function inner(job) {
  // When the event loop runs dry before the end: what Node makes of a module that awaits in vain.
  process.exitCode = 13;
  await run(findCase(job.tests[0]), job);
  process.exitCode = 0;
}

const job = readJob();
if (process.argv.includes(INNER)) inner(job);
else outer(job);
