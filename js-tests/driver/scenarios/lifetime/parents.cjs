'use strict';
// A parent and its child, and what is left of one when the other was collected. `op.gc` proves that it collected: an object
// of its own that was dropped is seen to be gone.

const { op, scenario, value } = require('../../language.cjs');

const family = [
  op.call('make', [], { as: 'parent' }),
  op.call('child', [value.slot('parent')], { as: 'child' }),
  op.call('use', [value.slot('child')], { as: 'answer' }),
  op.record('the answer of a child', value.slot('answer')),
];
const same = [
  op.call('use', [value.slot('child')], { as: 'answer' }),
  op.record('the answer of a child', value.slot('answer')),
];
const more = [
  op.call('child', [value.slot('parent')], { as: 'second' }),
  op.call('use', [value.slot('second')], { as: 'answer' }),
  op.record('the answer of a child', value.slot('answer')),
];

module.exports = scenario({
  summary: 'a child works for as long as it lives, whoever is collected first',
  needs: ['resource', 'child'],
  cases: [
    {
      name: 'the parent is dropped first',
      threads: {
        main: [
          op.load(),
          ...family,
          op.drop('parent'),
          op.gc(),
          ...same,
          op.drop('child'),
          op.gc(),
        ],
      },
    },
    {
      name: 'the child is dropped first',
      threads: {
        main: [
          op.load(),
          ...family,
          op.drop('child'),
          op.gc(),
          ...more,
          op.drop('parent'),
          op.gc(),
        ],
      },
    },
    {
      name: 'many children of parents that nobody else holds',
      threads: {
        main: [
          op.load(),
          op.repeat(20, family),
          op.drop('parent'),
          op.gc(),
          ...same,
          op.repeat(20, family),
          op.gc(),
          ...same,
        ],
      },
    },
    {
      name: 'the parent is disposed of, and collected',
      threads: {
        main: [
          op.load(),
          ...family,
          op.call('dispose', [value.slot('parent')], { may: true }),
          op.call('use', [value.slot('child')], { may: true }),
          op.drop('parent'),
          op.gc(),
          op.call('use', [value.slot('child')], { may: true }),
          op.drop('child'),
          op.gc(),
          ...family,
        ],
      },
    },
    {
      name: 'in a worker that ends with a child whose parent was dropped',
      threads: {
        main: [op.load(), ...family, op.spawn('a'), op.exits('a'), ...same],
        a: [op.load(), ...family, op.drop('parent'), op.gc(), ...same],
      },
    },
  ],
});
