'use strict';
// A large backup does not keep the event loop from turning. How long the longest delay was is a measurement,
// noted in the job's log; what is asserted does not depend on the machine's speed.

const { emit } = require('../../lib/events.cjs');

const MIB = 128;
/** Pages of a step when no rate is given. */
const RATE = 100;

const text = ({ maxMs, p99Ms, turns }) =>
  `longest delay ${maxMs.toFixed(1)} ms, 99 % below ${p99Ms.toFixed(1)} ms, ${turns} turns`;

module.exports = {
  tests: [
    {
      name: 'the event loop turns between the steps of a backup of 128 MiB, and during each',
      needs: ['surface-26'],
      async run(ctx) {
        for (const how of ['inProcess', 'inWorker']) {
          const data = { dir: ctx.dir, mib: MIB };
          const { inSteps, atOnce } = await ctx[how]('scenes/large-backup.cjs', { data });
          emit('note', { message: `backup of ${MIB} MiB ${how}, in steps: ${text(inSteps)}` });
          emit('note', { message: `backup of ${MIB} MiB ${how}, at once: ${text(atOnce)}` });
          const steps = Math.ceil(inSteps.pages / RATE);
          ctx.check.ok(inSteps.pages * 4096 >= MIB * 1024 ** 2, `${inSteps.pages} pages`);
          ctx.check.same(inSteps.steps, steps - 1, 'one progress after each step but the last');
          ctx.check.same(inSteps.stuck, 0, 'steps without a turn of the loop between them');
          ctx.check.ok(inSteps.turns >= steps, `${inSteps.turns} turns in ${steps} steps`);
          // One step copies everything: the loop turns only if another thread does it.
          ctx.check.same(atOnce.steps, 0);
          ctx.check.ok(atOnce.turns >= 20, `${atOnce.turns} turns while everything was copied`);
        }
      },
    },
  ],
};
