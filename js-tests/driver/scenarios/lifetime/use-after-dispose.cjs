'use strict';
// What was disposed of is used again, disposed of again, collected, or left to the end of its thread. To dispose of it
// twice may be an error or nothing.

const { op, scenario, value } = require('../../language.cjs');

const fresh = [
  op.call('make', [], { as: 'object' }),
  op.call('use', [value.slot('object')], { as: 'answer' }),
  op.record('the answer of use', value.slot('answer')),
];
const disposed = [...fresh, op.call('dispose', [value.slot('object')])];
const used = op.call('use', [value.slot('object')], { throws: true });
const again = op.call('dispose', [value.slot('object')], { may: true });

module.exports = scenario({
  summary: 'what was disposed of answers with an error',
  needs: ['resource'],
  cases: [
    { name: 'it is used', threads: { main: [op.load(), ...disposed, used, used, ...fresh] } },
    {
      name: 'it is disposed of twice',
      threads: { main: [op.load(), ...disposed, again, again, used, ...fresh] },
    },
    {
      name: 'it is collected',
      threads: {
        main: [op.load(), op.repeat(10, disposed), op.drop('object'), op.gc(), ...fresh],
      },
    },
    {
      name: 'it is left to the end of a worker',
      threads: {
        main: [op.load(), ...fresh, op.spawn('a'), op.exits('a'), ...fresh],
        a: [op.load(), op.repeat(10, disposed)],
      },
    },
    {
      name: 'one of two',
      threads: {
        main: [
          op.load(),
          ...fresh,
          op.keep('first', value.slot('object')),
          ...disposed,
          op.call('use', [value.slot('first')], { as: 'answer' }),
          op.record('the answer of use', value.slot('answer')),
          used,
        ],
      },
    },
  ],
});
