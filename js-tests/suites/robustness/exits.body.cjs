'use strict';
// process.exit() inside of each callback: on the main thread and in a worker it ends there, with its code.

const { perFamilyOnce } = require('./callbacks/families.cjs');
const { SLOTS } = require('./scenes/leave.cjs');

const CODE = 23;
const WAY = 'calls process.exit';

async function exitsInProcess(ctx, names) {
  for (const callback of names) {
    const data = { callback, way: WAY, code: CODE, dir: ctx.dir };
    await ctx.inProcess('scenes/leave.cjs', { code: CODE, data });
  }
}

async function exitsInWorker(ctx, names) {
  for (const callback of names) {
    const gate = ctx.newGate(3);
    const data = { callback, way: WAY, code: CODE, dir: ctx.dir, memory: gate.memory };
    await ctx.worker('scenes/leave.cjs', { name: callback, data }).ends({ code: CODE });
    ctx.check.same(gate.count(SLOTS.INSIDE), 1, `${callback} was called`);
    ctx.check.same(gate.count(SLOTS.WENT_ON), 0, `JavaScript went on after an exit in ${callback}`);
  }
}

module.exports = {
  tests: [
    ...perFamilyOnce('process.exit of a process, inside of', exitsInProcess),
    ...perFamilyOnce('process.exit of a worker, inside of', exitsInWorker),
  ],
};
