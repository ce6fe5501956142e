'use strict';
// worker.terminate() while the worker is inside of a callback, parked or looping: code 1, no JavaScript runs
// on in it, nothing stays locked, and the process goes on.

const { perFamilyOnce } = require('./callbacks/families.cjs');
const { SLOTS } = require('./scenes/leave.cjs');

async function terminate(ctx, callback, way) {
  const gate = ctx.newGate(3);
  const file = ctx.file('worker.db');
  const data = { callback, way, file, dir: ctx.dir, memory: gate.memory };
  const worker = ctx.worker('scenes/leave.cjs', { name: `${callback} that ${way}`, data });
  await ctx.reached(gate, SLOTS.INSIDE, 1);
  ctx.check.same(await worker.terminate(), 1);
  await worker.ends({ code: 1 });
  ctx.check.same(gate.count(SLOTS.WENT_ON), 0, `JavaScript went on after the end, in ${callback}`);
  const db = ctx.open(file, { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE; DROP TABLE t; COMMIT');
  db.close();
}

const whileIt = (way) => async (ctx, names) => {
  for (const callback of names) await terminate(ctx, callback, way);
};

module.exports = {
  tests: [
    ...perFamilyOnce('terminate() of a worker that is parked inside of', whileIt('is parked')),
    ...perFamilyOnce('terminate() of a worker that loops inside of', whileIt('catches and loops')),
  ],
};
