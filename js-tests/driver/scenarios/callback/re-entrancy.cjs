'use strict';
// Callbacks that change the list which they are called from. Which of them are called in that very walk is the target's
// choice; the process lives, and afterwards the list is what the callbacks made of it.

const { op, scenario, value } = require('../../language.cjs');

const keep = (slot, then = []) => op.keep(slot, value.fn(then));
const push = (...slots) => slots.map((slot) => op.call('push', [value.slot(slot)]));
const remove = (...slots) => slots.map((slot) => op.call('remove', [value.slot(slot)]));
const walk = op.call('each', [], { type: 'number' });
const left = (count) => op.call('each', [], { equals: count });

module.exports = scenario({
  summary: 'callbacks may change the list that they are called from',
  needs: ['list'],
  cases: [
    {
      name: 'it removes itself',
      threads: {
        main: [
          op.load(),
          keep('one', remove('one')),
          keep('two'),
          ...push('one', 'two'),
          walk,
          left(1),
          left(1),
        ],
      },
    },
    {
      name: 'it removes the next',
      threads: {
        main: [
          op.load(),
          keep('one', remove('two')),
          keep('two'),
          keep('three'),
          ...push('one', 'two', 'three'),
          walk,
          left(2),
        ],
      },
    },
    {
      name: 'it removes all',
      threads: {
        main: [
          op.load(),
          keep('one'),
          keep('two', remove('one', 'two', 'three')),
          keep('three'),
          ...push('one', 'two', 'three'),
          walk,
          left(0),
          ...push('one', 'three'),
          left(2),
        ],
      },
    },
    {
      name: 'it adds others',
      threads: {
        main: [
          op.load(),
          keep('more'),
          op.keep('one', value.fn(push(...Array(20).fill('more')), { once: true })),
          ...push('one'),
          walk,
          left(21),
          ...remove('more'),
        ],
      },
    },
    {
      name: 'it walks the list once more, and removes there',
      threads: {
        main: [
          op.load(),
          keep('one', remove('one', 'two')),
          keep('two'),
          op.keep('walker', value.fn([walk], { once: true })),
          keep('last'),
          ...push('walker', 'one', 'two', 'last'),
          walk,
          left(2),
        ],
      },
    },
    {
      name: 'it removes itself, and throws',
      threads: {
        main: [
          op.load(),
          keep('one', [...remove('one'), op.fail('from inside')]),
          keep('two'),
          ...push('one', 'two'),
          op.call('each', [], { may: true }),
          left(1),
        ],
      },
    },
    {
      name: 'in a worker, while main walks its own',
      threads: {
        main: [
          op.load(),
          keep('mine'),
          op.spawn('a'),
          ...push('mine'),
          left(1),
          op.exits('a'),
          left(1),
        ],
        a: [
          op.load(),
          keep('one', remove('one')),
          keep('two'),
          ...push('one', 'two'),
          walk,
          left(1),
        ],
      },
    },
  ],
});
