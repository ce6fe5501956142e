'use strict';
// The target was given bytes, and keeps them. JavaScript then takes their memory away: it has to answer with the sum of what
// it was given, or with an error. Never with what has become of that memory.

const { op, scenario, value } = require('../../language.cjs');

const LENGTH = 1 << 20;
const given = (kind) => [
  op.keep('bytes', value.bytes(LENGTH, 1, kind)),
  op.call('keep', [value.slot('bytes')]),
  op.call('sum', [], { equals: LENGTH }),
];
const asked = op.call('sum', [], { equals: LENGTH, mayThrow: true });
const again = [...given(), op.drop('bytes')];

module.exports = scenario({
  summary: 'bytes that were given are summed up, or missed with an error',
  needs: ['bytes'],
  cases: [
    {
      name: 'the buffer is moved and overwritten',
      threads: {
        main: [
          op.load(),
          ...given(),
          op.detach('bytes', { as: 'moved' }),
          op.fill('moved', 9),
          asked,
          ...again,
        ],
      },
    },
    {
      name: 'the buffer is moved and collected',
      threads: {
        main: [
          op.load(),
          ...given(),
          op.detach('bytes'),
          op.drop('bytes'),
          op.gc(),
          asked,
          ...again,
        ],
      },
    },
    {
      name: 'nobody else holds the buffer',
      threads: {
        main: [op.load(), ...given(), op.drop('bytes'), op.gc(), op.gc(), asked, ...again],
      },
    },
    {
      name: 'a resizable buffer is shrunk',
      threads: {
        main: [
          op.load(),
          ...given('resizable'),
          op.resize('bytes', 0),
          // What is left of it are no bytes at all.
          op.call('sum', [], { may: true }),
          ...again,
        ],
      },
    },
    {
      name: 'moved in a worker, while main keeps its own',
      threads: {
        main: [
          op.load(),
          ...given(),
          op.spawn('a'),
          op.exits('a'),
          op.call('sum', [], { equals: LENGTH }),
        ],
        a: [
          op.load(),
          ...given(),
          op.detach('bytes', { as: 'moved' }),
          op.fill('moved', 9),
          asked,
          op.drop('moved'),
          op.gc(),
          asked,
        ],
      },
    },
  ],
});
