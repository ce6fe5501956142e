'use strict';
// A handle is a number, and numbers get into other threads as they are. It must mean nothing there: not while the
// owner lives, in either state, and not when the owner has ended.

const { op, scenario, value } = require('../../language.cjs');

const acquire = (n) => [
  op.call('acquire', [n], { as: 'handle' }),
  op.call('read', [value.slot('handle')], { equals: n }),
];
const own = (n) => op.call('read', [value.slot('handle')], { equals: n });
const give = op.give('theirs', value.slot('handle'));
const refused = [
  op.call('read', [value.given('theirs')], { throws: true }),
  op.call('release', [value.given('theirs')], { throws: true }),
];

module.exports = scenario({
  summary: 'a handle of one thread means nothing in another',
  needs: ['handles'],
  cases: [
    {
      name: 'of a thread that is idle',
      threads: {
        main: [op.load(), ...acquire(11), give, op.spawn('a'), op.exits('a'), own(11)],
        a: [op.load(), ...acquire(22), ...refused, own(22)],
      },
    },
    {
      name: 'of a thread that is in JavaScript',
      threads: {
        main: [
          op.load(),
          ...acquire(11),
          op.spawn('a'),
          op.idle('given'),
          ...refused,
          op.signal('go'),
          own(11),
          op.exits('a'),
        ],
        a: [op.load(), ...acquire(22), give, op.signal('given'), op.wait('go'), own(22)],
      },
    },
    {
      name: 'of a thread that has ended',
      threads: {
        main: [op.load(), ...acquire(11), op.spawn('a'), op.exits('a'), ...refused, own(11)],
        a: [op.load(), ...acquire(22), give],
      },
    },
    {
      name: 'of this thread, when it was released',
      threads: {
        main: [
          op.load(),
          ...acquire(11),
          op.call('release', [value.slot('handle')]),
          op.call('read', [value.slot('handle')], { throws: true }),
          op.call('release', [value.slot('handle')], { throws: true }),
          ...acquire(12),
        ],
      },
    },
    {
      name: 'two threads try those of each other',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [
          op.load(),
          ...acquire(22),
          op.give('of a', value.slot('handle')),
          op.signal('given'),
          op.wait('given', 2),
          op.call('read', [value.given('of b')], { throws: true }),
          op.signal('tried'),
          op.wait('tried', 2),
          own(22),
        ],
        b: [
          op.load(),
          ...acquire(33),
          op.give('of b', value.slot('handle')),
          op.signal('given'),
          op.wait('given', 2),
          op.call('read', [value.given('of a')], { throws: true }),
          op.signal('tried'),
          op.wait('tried', 2),
          own(33),
        ],
      },
    },
  ],
});
