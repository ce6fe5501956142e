'use strict';
// The very first use of what the threads share, by all of them at once: nobody has used it before, so it is initialised now,
// and once.

const { op, scenario } = require('../../language.cjs');

const first = (threads) => [
  op.load(),
  op.signal('ready'),
  op.wait('ready', threads),
  op.call('increment', [1]),
  op.signal('counted'),
  op.wait('counted', threads),
  op.call('count', [], { equals: threads }),
  op.signal('seen'),
  op.wait('seen', threads),
];
const names = ['a', 'b', 'c'];

module.exports = scenario({
  summary: 'threads that come first at the same time share what they make',
  needs: ['shared'],
  cases: [
    {
      name: 'two workers',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: first(2),
        b: first(2),
      },
    },
    {
      name: 'two workers, and main has loaded it',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.spawn('b'),
          op.exits('a'),
          op.exits('b'),
          op.call('count', [], { equals: 2 }),
        ],
        a: first(2),
        b: first(2),
      },
    },
    {
      name: 'main and a worker',
      threads: { main: [op.spawn('a'), ...first(2), op.exits('a')], a: first(2) },
    },
    {
      name: 'three workers',
      threads: {
        main: [...names.map((name) => op.spawn(name)), ...names.map((name) => op.exits(name))],
        ...Object.fromEntries(names.map((name) => [name, first(3)])),
      },
    },
  ],
});
