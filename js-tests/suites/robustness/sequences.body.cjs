'use strict';
// Sequences of calls that nobody thought of, and calls that go as deep as the stack.

const everywhere = require('./everywhere.cjs');

const STEPS = 1500;
const ROUNDS = 2;

module.exports = {
  tests: [
    {
      name: 'a callback that calls itself through SQL ends in a RangeError',
      needs: ['surface-26'],
      run: (ctx) => everywhere(ctx, 'scenes/recursion.cjs'),
    },
    {
      name: 'an authorizer that ignores one question of sessions after the other',
      needs: ['surface-26', 'sound'],
      async run(ctx) {
        const found = await everywhere(ctx, 'scenes/ignored.cjs');
        ctx.check.ok(found.length > 100, `${found.length} outcomes`);
      },
    },
    {
      name: 'random sequences of calls, also from inside of callbacks, do not end the process',
      needs: ['surface-26', 'sound'],
      async run(ctx) {
        const seed = Number(ctx.seed % 2n ** 31n);
        for (const [index, how] of ['inProcess', 'inWorker'].entries()) {
          // Not the same in both: when the collector runs is no part of a sequence.
          const data = { dir: ctx.dir, seed: seed + index * ROUNDS, steps: STEPS, rounds: ROUNDS };
          const { calls, nested, errors } = await ctx[how]('scenes/sequences.cjs', { data });
          const text = `${calls} calls, ${nested} callbacks, ${errors} errors; seed ${data.seed}`;
          ctx.check.ok(calls > STEPS && nested > 50 && errors < calls, text);
        }
      },
    },
  ],
};
