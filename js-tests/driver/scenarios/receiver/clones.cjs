'use strict';
// The structured clone of an object of the target has its properties, and nothing native behind them. Some targets do
// not let their objects be cloned: then there is nothing that could be taken for one.

const { op, scenario, value } = require('../../language.cjs');

const good = [
  op.call('make', [], { as: 'object' }),
  op.call('use', [value.slot('object')], { as: 'answer' }),
  op.record('the answer of use', value.slot('answer')),
];
const cloned = [op.clone('object', 'clone')];

module.exports = scenario({
  summary: 'clones are not taken for the objects that they were made of',
  needs: ['resource'],
  cases: [
    {
      name: 'a clone is used',
      threads: {
        main: [
          op.load(),
          ...good,
          ...cloned,
          op.call('use', [value.slot('clone')], { throws: true }),
          ...good,
        ],
      },
    },
    {
      name: 'a clone is disposed of',
      threads: {
        main: [
          op.load(),
          ...good,
          ...cloned,
          op.call('dispose', [value.slot('clone')], { throws: true }),
          // It was not the object that was disposed of.
          op.call('use', [value.slot('object')]),
          op.drop('clone'),
          op.drop('object'),
          op.gc(),
          ...good,
        ],
      },
    },
    {
      name: 'a clone outlives what it was made of',
      threads: {
        main: [
          op.load(),
          ...good,
          ...cloned,
          op.drop('object'),
          op.gc(),
          op.call('use', [value.slot('clone')], { throws: true }),
          ...good,
        ],
      },
    },
    {
      name: 'a worker uses the clone that it was given',
      threads: {
        main: [op.load(), ...good, op.spawn('a', { given: 'object' }), op.exits('a'), ...good],
        a: [op.load(), ...good, op.call('use', [value.slot('given')], { throws: true }), ...good],
      },
    },
    {
      name: 'everything but the object itself',
      threads: { main: [op.load(), ...good, op.receivers(['arguments']), ...good] },
    },
  ],
});
