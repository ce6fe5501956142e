'use strict';
// What one thread sets must not be what another reads: each env begins with the same state, keeps its own, and leaves
// nothing behind for the next.

const { op, scenario } = require('../../language.cjs');

const begin = [
  op.load(),
  op.call('get', [], { as: 'first' }),
  op.record('the state at first', { $: 'slot', name: 'first' }),
];
const set = (n) => [op.call('set', [n]), op.call('get', [], { equals: n })];
const still = (n) => op.call('get', [], { equals: n });

module.exports = scenario({
  summary: 'each env has a state of its own',
  needs: ['state'],
  cases: [
    {
      name: 'main sets first',
      threads: {
        main: [...begin, ...set(11), op.spawn('a'), op.idle('set'), still(11), op.exits('a')],
        a: [...begin, ...set(22), op.signal('set'), still(22)],
      },
    },
    {
      name: 'a worker sets first',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('set'),
          ...begin,
          ...set(11),
          op.signal('go'),
          op.exits('a'),
          still(11),
        ],
        a: [...begin, ...set(22), op.signal('set'), op.wait('go'), still(22)],
      },
    },
    {
      name: 'two workers that overlap',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [
          ...begin,
          op.signal('begun'),
          op.wait('begun', 2),
          ...set(22),
          op.signal('set'),
          op.wait('set', 2),
          still(22),
        ],
        b: [
          ...begin,
          op.signal('begun'),
          op.wait('begun', 2),
          ...set(33),
          op.signal('set'),
          op.wait('set', 2),
          still(33),
        ],
      },
    },
    {
      name: 'workers one after the other, while main has it',
      threads: {
        main: [...begin, op.spawn('a'), op.exits('a'), op.spawn('b'), op.exits('b'), ...set(11)],
        a: [...begin, ...set(22)],
        b: [...begin, ...set(33)],
      },
    },
  ],
});
