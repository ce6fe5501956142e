'use strict';
// A promise is settled in the thread that it was made in, whoever else waits for the same work, and although others
// that wait for it have ended.

const { op, scenario } = require('../../language.cjs');

const ask = op.call('later', [], { as: 'work' });
const got = (rest = {}) => op.settle('work', { type: 'number', ...rest });

module.exports = scenario({
  summary: 'promises are settled by the thread that made them',
  needs: ['later'],
  cases: [
    {
      name: 'main asked first, a worker awaits in its event loop',
      threads: {
        main: [op.load(), ask, op.spawn('a'), op.wait('awaits'), got(), op.exits('a')],
        a: [op.load(), ask, got({ awaits: 'awaits' })],
      },
    },
    {
      name: 'main asked first, a worker is in JavaScript',
      threads: {
        main: [
          op.load(),
          ask,
          op.spawn('a'),
          op.wait('asked'),
          got(),
          op.signal('settled'),
          op.exits('a'),
        ],
        a: [op.load(), ask, op.signal('asked'), op.wait('settled'), got()],
      },
    },
    {
      name: 'a worker asked first, main awaits in its event loop',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('asked'),
          ask,
          got({ awaits: 'awaits' }),
          op.exits('a'),
        ],
        a: [op.load(), ask, op.signal('asked'), op.wait('awaits'), got()],
      },
    },
    {
      name: 'a worker asked first and has ended',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('asked'),
          ask,
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          got(),
        ],
        a: [op.load(), ask, op.signal('asked'), op.wait('never'), op.signal('never')],
      },
    },
    {
      name: 'one after the other',
      threads: {
        main: [op.load(), ask, got(), op.spawn('a'), op.exits('a'), ask, got()],
        a: [op.load(), ask, got()],
      },
    },
  ],
});
