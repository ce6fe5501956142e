'use strict';
// Constructors without `new`, with another `new.target`, and as the parent of a class. What they were called on must not
// have become an object of the target: so the accessors are called on it afterwards.

const { op, scenario, value } = require('../../language.cjs');

const good = [
  op.make('Counter', [], { as: 'object' }),
  op.instance('object', 'Counter'),
  op.method('object', 'add', [2], { equals: 2 }),
  op.get('object', 'value', { equals: 2 }),
];

module.exports = scenario({
  summary: 'constructors insist on new, and can be extended',
  needs: ['class'],
  cases: [
    {
      name: 'a plain object does not become one',
      threads: {
        main: [
          op.load(),
          ...good,
          op.keep('plain', value.object()),
          // Some classes make a new object then, others refuse: both are right.
          op.apply('Counter', value.slot('plain'), [], { may: true }),
          op.apply('Counter.prototype.get:value', value.slot('plain'), [], { throws: true }),
          ...good,
        ],
      },
    },
    {
      name: 'the global object does not become one',
      threads: {
        main: [
          op.load(),
          ...good,
          op.apply('Counter', value.undefined(), [], { may: true }),
          op.apply('Counter.prototype.get:value', value.undefined(), [], { throws: true }),
          ...good,
        ],
      },
    },
    {
      name: 'in all ways',
      threads: { main: [op.load(), ...good, op.receivers(['constructions']), op.gc(), ...good] },
    },
    {
      name: 'in all ways, in two workers',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [
          op.load(),
          ...good,
          op.signal('loaded'),
          op.wait('loaded', 2),
          op.receivers(['constructions']),
          ...good,
        ],
        b: [
          op.load(),
          ...good,
          op.signal('loaded'),
          op.wait('loaded', 2),
          op.receivers(['constructions']),
          ...good,
        ],
      },
    },
  ],
});
