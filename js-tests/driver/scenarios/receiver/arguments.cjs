'use strict';
// A function that takes an object of the target is given everything else: above all another kind of object of the
// same target, which has native memory of another shape.

const { op, scenario, value } = require('../../language.cjs');

const good = [
  op.call('make', [], { as: 'object' }),
  op.call('use', [value.slot('object')], { as: 'answer' }),
  op.record('the answer of use', value.slot('answer')),
];
const other = [
  op.call('other', [], { as: 'other' }),
  op.call('use', [value.slot('other')], { throws: true }),
];

module.exports = scenario({
  summary: 'functions refuse what they are not made for',
  needs: ['resource', 'other'],
  cases: [
    {
      name: 'an object of another kind',
      threads: { main: [op.load(), ...good, ...other, ...good] },
    },
    {
      name: 'an object of another kind, to be disposed of',
      threads: {
        main: [
          op.load(),
          op.call('other', [], { as: 'other' }),
          op.call('dispose', [value.slot('other')], { throws: true }),
          op.drop('other'),
          op.gc(),
          ...good,
        ],
      },
    },
    {
      name: 'everything else',
      threads: { main: [op.load(), ...good, op.receivers(['arguments']), op.gc(), ...good] },
    },
    {
      name: 'in a worker, while main has objects of both kinds',
      threads: {
        main: [
          op.load(),
          ...good,
          op.call('other', [], { as: 'other' }),
          op.spawn('a'),
          op.exits('a'),
          ...good,
        ],
        a: [op.load(), ...good, ...other, op.receivers(['arguments']), ...good],
      },
    },
  ],
});
