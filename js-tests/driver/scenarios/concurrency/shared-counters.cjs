'use strict';
// Threads count together, all at once. Each one is let go by the last of them, inside of JavaScript, so that they
// overlap; nothing that one of them counted may be missing.

const { op, scenario } = require('../../language.cjs');

const TIMES = 2000;
const start = (threads) => [op.signal('ready'), op.wait('ready', threads)];
const count = op.call('increment', [TIMES]);
const has = (threads) => op.call('count', [], { equals: threads * TIMES });
const known = op.call('count', [], { equals: 0 });

const worker = (threads) => [op.load(), ...start(threads), count];

module.exports = scenario({
  summary: 'what threads count together is all there',
  needs: ['shared'],
  cases: [
    {
      name: 'two workers',
      threads: {
        main: [
          op.load(),
          known,
          op.spawn('a'),
          op.spawn('b'),
          op.exits('a'),
          op.exits('b'),
          has(2),
        ],
        a: worker(2),
        b: worker(2),
      },
    },
    {
      name: 'main and a worker',
      threads: {
        main: [op.load(), known, op.spawn('a'), ...start(2), count, op.exits('a'), has(2)],
        a: worker(2),
      },
    },
    {
      name: 'four workers, and main did not load it',
      threads: {
        main: [
          ...['a', 'b', 'c', 'd'].map((name) => op.spawn(name)),
          // The state of the process is that of the binary: it is gone when the last of them has ended.
          op.idle('counted', 4),
          op.signal('over'),
          ...['a', 'b', 'c', 'd'].map((name) => op.exits(name)),
        ],
        ...Object.fromEntries(
          ['a', 'b', 'c', 'd'].map((name) => [
            name,
            [...worker(4), op.signal('counted'), op.wait('over'), has(4)],
          ]),
        ),
      },
    },
  ],
});
