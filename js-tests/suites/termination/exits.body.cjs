'use strict';
// A worker that ends by itself, with a transaction, a statement and an iterator open.

const { checkFile, start } = require('./aftermath.cjs');

/** The worker ends so; then a second one on the same file ends in order, and all is well. */
const ending = (name, how, expected, journals = ['delete']) => ({
  name,
  async run(ctx) {
    for (const journal of journals) {
      const { worker, gate, file } = start(ctx, how, { journal });
      await worker.ends(expected);
      ctx.check.same(gate.count(0), 1, 'the worker came to its end too early');
      checkFile(ctx, file);
    }
  },
});

const thrown = (message) => ({ code: 1, error: { name: 'RangeError', message } });

module.exports = {
  tests: [
    ending(
      'natural exit ends with code 0 and leaves no lock and no uncommitted row',
      'returns',
      { code: 0 },
      ['delete', 'wal'],
    ),
    ending('process.exit ends the worker with its code', 'calls process.exit', { code: 7 }, [
      'delete',
      'wal',
    ]),
    ending('an uncaught throw ends with code 1', 'throws', thrown('thrown on purpose')),
    ending('an unhandled rejection ends with code 1', 'rejects', thrown('rejected on purpose')),
    ending(
      'an uncaught throw in a callback ends with code 1',
      'throws in a callback',
      thrown('thrown in a callback'),
    ),
  ],
};
