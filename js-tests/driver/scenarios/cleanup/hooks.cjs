'use strict';
// A cleanup hook is called with the pointer that it was added with. Objects that are disposed or collected before
// their env ends must have taken their hooks back.

const { op, scenario, value } = require('../../language.cjs');

const made = [op.call('make', [], { as: 'object' }), op.call('use', [value.slot('object')])];
const disposed = [...made, op.call('dispose', [value.slot('object')]), op.drop('object')];
const collected = [...made, op.drop('object'), op.gc()];

module.exports = scenario({
  summary: 'what is gone before its env ends has no cleanup hook any more',
  needs: ['resource'],
  cases: [
    {
      name: 'disposed in a worker',
      threads: { main: [op.spawn('a'), op.exits('a')], a: [op.load(), ...disposed] },
    },
    {
      name: 'collected in a worker',
      threads: { main: [op.spawn('a'), op.exits('a')], a: [op.load(), ...collected] },
    },
    {
      name: 'disposed in a worker that is ended, main has it loaded',
      threads: {
        main: [
          op.load(),
          ...made,
          op.spawn('a'),
          op.idle('used'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          op.signal('gone'),
        ],
        a: [op.load(), ...disposed, ...made, op.signal('used'), op.wait('gone')],
      },
    },
    {
      name: 'disposed in the main thread',
      ends: { code: 0 },
      threads: { main: [op.load(), ...disposed, ...made] },
    },
    {
      name: 'still there when the worker ends',
      threads: { main: [op.spawn('a'), op.exits('a')], a: [op.load(), ...made] },
    },
  ],
});
