'use strict';
// What a factory makes in a thread must be an instance of the class that this thread's copy of the module
// exports. Each direction and both states of the other thread: which crash it is depends on them.

const { op, scenario } = require('../../language.cjs');

const use = [
  op.call('make', [], { as: 'object' }),
  op.instance('object', 'Counter'),
  op.method('object', 'add', [2], { equals: 2 }),
];

module.exports = scenario({
  summary: 'what a factory makes is an instance of this thread’s class',
  needs: ['class'],
  cases: [
    {
      name: 'main loads last and is idle',
      threads: {
        main: [op.spawn('a'), op.idle('loaded'), op.load(), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('loaded'), op.wait('go'), ...use],
      },
    },
    {
      name: 'main loads last and is in JavaScript',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loaded'),
          op.load(),
          op.signal('go'),
          op.wait('used'),
          op.exits('a'),
        ],
        a: [op.load(), ...use, op.signal('loaded'), op.wait('go'), ...use, op.signal('used')],
      },
    },
    {
      name: 'a worker loads last and is idle',
      threads: {
        main: [
          op.load(),
          ...use,
          op.spawn('a'),
          op.idle('loaded'),
          ...use,
          op.signal('go'),
          op.exits('a'),
        ],
        a: [op.load(), ...use, op.signal('loaded'), op.idle('go')],
      },
    },
    {
      name: 'a worker loads last and is in JavaScript',
      threads: {
        main: [
          op.load(),
          ...use,
          op.spawn('a'),
          op.idle('loaded'),
          ...use,
          op.signal('go'),
          op.exits('a'),
        ],
        a: [op.load(), ...use, op.signal('loaded'), op.wait('go')],
      },
    },
    {
      name: 'main goes on after the worker',
      threads: {
        main: [op.load(), ...use, op.spawn('a'), op.exits('a'), ...use],
        a: [op.load(), ...use],
      },
    },
    {
      name: 'workers one after the other',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.spawn('b'), op.exits('b')],
        a: [op.load(), ...use],
        b: [op.load(), ...use],
      },
    },
    {
      name: 'two workers overlapping',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [op.load(), op.signal('loaded'), op.wait('loaded', 2), ...use],
        b: [op.load(), op.signal('loaded'), op.wait('loaded', 2), ...use],
      },
    },
  ],
});
