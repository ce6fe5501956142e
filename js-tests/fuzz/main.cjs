'use strict';
// The runner `fuzz`: runs the programs of the job, one after the other, and says of each when it begins and what came of
// it. It stops at the first that fails: what comes after it would run in what that one has left.

const fs = require('node:fs');
const path = require('node:path');
const { count } = require('../driver/census.cjs');
const { emit } = require('../lib/events.cjs');
const { adapterOf, readJob } = require('../lib/job.cjs');
const { runOneTest } = require('../lib/one-test.cjs');
const { alone } = require('./alone.cjs');
const { runner } = require('./programs.cjs');

const job = readJob();
const { programs, root, limitMs } = job.params;
const inside = runner(root, { adapterPath: adapterOf(job), limitMs });
const run = (program) => (program.ends ? alone(program) : inside(program));

/** How often a program must leave something, one time after the other, before it is said to. */
const TIMES = 5;
/** What a program that has ended must not hold. */
const RESOURCES = ['descriptors', 'threads'];

/** What is held now, where it can be counted. */
function held() {
  const counted = RESOURCES.map((name) => {
    try {
      return [name, count(name)];
    } catch {
      return [name, null];
    }
  });
  return Object.fromEntries(counted);
}

/** Whether each repetition of a program holds more than the one before it. */
async function checkLeft(program, before) {
  const grew = (since) => {
    const now = held();
    return RESOURCES.filter((name) => since[name] !== null && now[name] > since[name]);
  };
  let left = grew(before);
  for (let i = 1; i < TIMES && left.length > 0; i++) {
    const since = held();
    await run(program);
    const again = grew(since);
    left = left.filter((name) => again.includes(name));
  }
  if (left.length > 0) {
    throw new Error(`each time that it is run, it leaves ${left.join(' and ')}`);
  }
}

/** The folder of a program whose database is looked at afterwards. */
function folder({ database }, index) {
  if (!database) return undefined;
  const dir = path.join(process.env.THREADPROOF_DATA, String(index));
  fs.mkdirSync(dir);
  return dir;
}

async function runAll() {
  for (const [index, program] of programs.entries()) {
    emit('program', { index, state: 'started' });
    const before = held();
    try {
      await run({ ...program, dir: folder(program, index) });
      // What main opens stays open: it has not ended.
      if (root === 'worker') await checkLeft(program, before);
    } catch (error) {
      emit('program', { index, state: 'failed' });
      throw error;
    }
    emit('program', { index, state: 'passed' });
  }
}

runOneTest('fuzz', job, runAll);
