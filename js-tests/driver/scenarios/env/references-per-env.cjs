'use strict';
// An object that the module keeps and gives out must be one of the asking env. What belongs to another often works for
// a while, so its identity is asked for: it must inherit from this thread's `Object`, and be the same each time.

const { op, scenario } = require('../../language.cjs');

const use = [
  op.call('singleton', [], { as: 'one' }),
  op.local('one'),
  op.call('singleton', [], { as: 'other' }),
  op.same('one', 'other'),
];

module.exports = scenario({
  summary: 'what the module keeps and gives out belongs to the asking env',
  needs: ['singleton'],
  cases: [
    {
      name: 'main asks first and is idle',
      threads: {
        main: [op.load(), ...use, op.spawn('a'), op.exits('a'), ...use],
        a: [op.load(), ...use],
      },
    },
    {
      name: 'main asks first and is in JavaScript',
      threads: {
        main: [
          op.load(),
          ...use,
          op.spawn('a'),
          op.idle('loaded'),
          op.signal('go'),
          op.wait('used'),
          op.exits('a'),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('go'), ...use, op.signal('used')],
      },
    },
    {
      name: 'a worker asks first and is idle',
      threads: {
        main: [op.spawn('a'), op.idle('used'), op.load(), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('used'), op.idle('go')],
      },
    },
    {
      name: 'a worker asks first and is in JavaScript',
      threads: {
        main: [op.spawn('a'), op.idle('used'), op.load(), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('used'), op.wait('go')],
      },
    },
    {
      name: 'a worker asked first and has ended',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a'), ...use],
        a: [op.load(), ...use],
      },
    },
  ],
});
