'use strict';
// Finalizers run in any order, some of them at the end of the env. Nothing is used here between the collections: what
// goes wrong goes wrong in a finalizer.

const { op, scenario, value } = require('../../language.cjs');

const family = [
  op.call('make', [], { as: 'parent' }),
  op.call('child', [value.slot('parent')], { as: 'child' }),
  op.call('child', [value.slot('parent')], { as: 'second' }),
];
const drop = (...slots) => [...slots.map((slot) => op.drop(slot)), op.gc(), op.gc()];
const good = [
  ...family,
  op.call('use', [value.slot('child')], { as: 'answer' }),
  op.record('the answer of a child', value.slot('answer')),
];

module.exports = scenario({
  summary: 'finalizers work in any order',
  needs: ['resource', 'child'],
  cases: [
    {
      name: 'parent, then children',
      threads: {
        main: [op.load(), ...good, ...drop('parent'), ...drop('child', 'second'), ...good],
      },
    },
    {
      name: 'children, then parent',
      threads: {
        main: [op.load(), ...good, ...drop('child', 'second'), ...drop('parent'), ...good],
      },
    },
    {
      name: 'a child, the parent, a child',
      threads: {
        main: [op.load(), ...good, ...drop('second'), ...drop('parent'), ...drop('child'), ...good],
      },
    },
    {
      name: 'all at once',
      threads: {
        main: [op.load(), op.repeat(20, family), ...drop('parent', 'child', 'second'), ...good],
      },
    },
    {
      name: 'at the end of a worker',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.load(), ...good],
        a: [op.load(), op.repeat(20, family), ...good],
      },
    },
    {
      name: 'at the end of a worker, some before',
      threads: {
        main: [op.load(), ...good, op.spawn('a'), op.exits('a'), ...good],
        a: [op.load(), ...good, ...drop('parent')],
      },
    },
  ],
});
