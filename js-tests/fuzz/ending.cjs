'use strict';
// The process of a program that ends it: the program comes by the standard input.

const fs = require('node:fs');
const { adapterOf, readJob } = require('../lib/job.cjs');
const { runProgram } = require('../driver/program.cjs');
const { plainError } = require('./plain.cjs');

/** The descriptor that a failure is told through, since the exit code may be that of a program's end. */
const REPORT = 3;
/** What programs throw to end. */
const PURPOSE = 'on purpose';

const job = readJob();
const program = JSON.parse(fs.readFileSync(0, 'utf8'));

// When the event loop runs dry before the end: what Node makes of a module that awaits in vain.
process.exitCode = 13;
runProgram(program, {
  adapterPath: adapterOf(job),
  limitMs: job.params?.limitMs ?? 10_000,
  tell: () => {},
}).catch((error) => {
  const { message } = plainError(error);
  // Its own end is none of its failures.
  if (!message.includes(PURPOSE)) fs.writeSync(REPORT, message);
  throw error;
});
