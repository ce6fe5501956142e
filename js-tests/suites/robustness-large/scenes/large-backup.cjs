'use strict';
// Backs up a database of 128 MiB and counts how often the event loop turns meanwhile.

const { monitorEventLoopDelay } = require('node:perf_hooks');
const { withFiles } = require('../../robustness/scenes/doing.cjs');

const MIB = 1024 ** 2;

function makeLarge(tools, mib) {
  const db = tools.open(tools.newFile());
  db.exec(
    'PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; CREATE TABLE t(a INTEGER PRIMARY KEY, b)',
  );
  db.exec(`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${mib})
    INSERT INTO t SELECT n, zeroblob(${MIB}) FROM c`);
  return db;
}

/** Backs up; gives the turns of the loop meanwhile, the calls of `progress` and the longest delay. */
async function measured(tools, db, options) {
  const { backup } = tools.load();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let running = true;
  let turns = 0;
  let steps = 0;
  let stuck = 0;
  let last = -1;
  const spin = () => {
    turns += 1;
    if (running) setImmediate(spin);
  };
  const progress = () => {
    steps += 1;
    if (turns === last) stuck += 1;
    last = turns;
  };
  delay.enable();
  setImmediate(spin);
  const pages = await backup(db, tools.newFile(), { ...options, progress });
  running = false;
  delay.disable();
  return { pages, turns, steps, stuck, maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 };
}

module.exports = async function largeBackup(plain) {
  const tools = withFiles(plain);
  const db = makeLarge(tools, tools.data.mib);
  const inSteps = await measured(tools, db, {});
  const atOnce = await measured(tools, db, { rate: 2 ** 30 });
  db.close();
  return { inSteps, atOnce };
};
