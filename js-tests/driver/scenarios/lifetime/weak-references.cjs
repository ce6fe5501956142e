'use strict';
// The target remembers an object without holding it. After a collection it must make a new one.

const { op, scenario, value } = require('../../language.cjs');

const found = (slot) => [
  op.call('cached', [], { as: slot, type: 'object' }),
  op.local(slot),
  op.call('uses', [value.slot(slot)], { type: 'number' }),
];
const first = [
  op.call('cached', [], { as: 'one' }),
  op.call('uses', [value.slot('one')], { equals: 1 }),
];

module.exports = scenario({
  summary: 'what is remembered without being held is looked for before it is used',
  needs: ['cache'],
  cases: [
    {
      name: 'it is held',
      threads: {
        main: [
          op.load(),
          ...first,
          op.gc(),
          ...found('two'),
          op.same('one', 'two'),
          op.call('uses', [value.slot('two')], { equals: 2 }),
        ],
      },
    },
    {
      name: 'it was collected',
      threads: { main: [op.load(), ...first, op.drop('one'), op.gc(), op.gc(), ...first] },
    },
    {
      name: 'it was collected many times',
      threads: {
        main: [
          op.load(),
          op.repeat(5, [
            ...first,
            op.drop('one'),
            op.gc(),
            op.gc(),
            ...found('one'),
            op.drop('one'),
            op.gc(),
            op.gc(),
          ]),
        ],
      },
    },
    {
      name: 'it was collected in one thread, and is held in the other',
      threads: {
        main: [
          op.load(),
          ...first,
          op.spawn('a'),
          op.exits('a'),
          op.call('uses', [value.slot('one')], { equals: 1 }),
          ...found('two'),
          op.same('one', 'two'),
        ],
        a: [op.load(), ...first, op.drop('one'), op.gc(), op.gc(), ...first],
      },
    },
  ],
});
