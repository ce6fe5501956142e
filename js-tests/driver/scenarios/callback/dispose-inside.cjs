'use strict';
// A callback disposes of the very object that native code is working with. That may be refused, be put off, or end the
// work with an error.

const { op, scenario, value } = require('../../language.cjs');

const object = value.slot('object');
const fresh = [
  op.call('make', [], { as: 'object' }),
  op.call('use', [object], { as: 'answer' }),
  op.record('the answer of use', value.slot('answer')),
];
const good = [
  ...fresh,
  op.call('visit', [object, value.fn()], { as: 'visited' }),
  op.record('the answer of visit', value.slot('visited')),
];
const dispose = op.call('dispose', [object], { may: true });
const visit = (then, rest) => op.call('visit', [object, value.fn(then, rest)], { may: true });
const used = op.call('use', [object], { may: true });

module.exports = scenario({
  summary: 'a callback may dispose of what it was called for',
  needs: ['resource', 'visit'],
  cases: [
    {
      name: 'once',
      threads: { main: [op.load(), ...good, visit([dispose], { once: true }), used, ...good] },
    },
    {
      name: 'at each call, and afterwards',
      threads: { main: [op.load(), ...good, visit([dispose]), dispose, used, ...good] },
    },
    {
      name: 'in a visit inside of a visit',
      threads: {
        main: [op.load(), ...good, visit([visit([dispose])], { once: true }), used, ...good],
      },
    },
    {
      name: 'and makes others in its place',
      threads: {
        main: [
          op.load(),
          ...good,
          op.keep('old', object),
          op.call(
            'visit',
            [
              object,
              value.fn([
                op.call('dispose', [value.slot('old')], { may: true }),
                ...fresh,
                ...fresh,
              ]),
            ],
            { may: true },
          ),
          ...good,
        ],
      },
    },
    {
      name: 'and throws',
      threads: {
        main: [
          op.load(),
          ...good,
          visit([dispose, op.fail('from inside')]),
          used,
          op.drop('object'),
          op.gc(),
          ...good,
        ],
      },
    },
    {
      name: 'in a worker that ends then',
      threads: {
        main: [op.load(), ...good, op.spawn('a'), op.exits('a'), ...good],
        a: [op.load(), ...good, visit([dispose], { once: true }), used],
      },
    },
  ],
});
