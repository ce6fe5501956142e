'use strict';
// What a call was given must be let go when it has returned, also when it failed: the garbage collector shows whether the function
// is still held.

const { op, scenario, value } = require('../../language.cjs');

const returning = [
  op.keep('fn', value.fn([], { returns: 3 })),
  op.call('call', [value.slot('fn')], { equals: 3 }),
  op.collected('fn'),
];
const throwing = [
  op.keep('fn', value.fn([op.fail('on purpose')])),
  op.call('call', [value.slot('fn')], { throws: 'on purpose' }),
  op.collected('fn'),
];
const nested = [
  op.keep('inner', value.fn([op.fail('on purpose')])),
  op.keep(
    'fn',
    value.fn([op.call('call', [value.slot('inner')], { throws: true })], { returns: 4 }),
  ),
  op.call('call', [value.slot('fn')], { equals: 4 }),
  op.collected('inner'),
  op.collected('fn'),
];

module.exports = scenario({
  summary: 'a call holds nothing of what it was given after it',
  needs: ['call'],
  cases: [
    { name: 'that returned', threads: { main: [op.load(), ...returning] } },
    { name: 'that threw', threads: { main: [op.load(), ...throwing] } },
    {
      name: 'that threw, in a worker',
      threads: { main: [op.spawn('a'), op.exits('a')], a: [op.load(), ...throwing] },
    },
    { name: 'inside of another', threads: { main: [op.load(), ...nested] } },
  ],
});
