'use strict';
// Only the thread of an env may call into it. What another thread does wrong depends on what the owner does meanwhile:
// in its event loop it has no handle scope, in JavaScript it uses the same memory.

const { op, scenario } = require('../../language.cjs');

const work = [op.call('later', [], { as: 'work' }), op.settle('work', { type: 'number' })];

module.exports = scenario({
  summary: 'no thread but its owner calls into an env',
  needs: ['later'],
  cases: [
    { name: 'main is idle meanwhile', threads: { main: [op.load(), ...work, ...work] } },
    {
      name: 'a worker is idle meanwhile',
      threads: {
        main: [op.spawn('a'), op.exits('a')],
        a: [op.load(), ...work, ...work],
      },
    },
    {
      name: 'a worker is in JavaScript meanwhile',
      threads: {
        main: [op.spawn('a'), op.idle('asked'), op.gc(), op.signal('go'), op.exits('a')],
        a: [
          op.load(),
          op.call('later', [], { as: 'work' }),
          op.signal('asked'),
          op.wait('go'),
          op.settle('work', { type: 'number' }),
        ],
      },
    },
    {
      name: 'two threads at once',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('loaded'),
          op.signal('go'),
          ...work,
          ...work,
          op.exits('a'),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('go'), ...work, ...work],
      },
    },
  ],
});
