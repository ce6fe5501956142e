'use strict';
// Numbers have 53 bits, bigints as many as they need. What does not fit must be refused, and not cut or rounded.

const { op, scenario, value } = require('../../language.cjs');

const back = (number) => op.call('echo', [number], { equals: number });
const backOrRefused = (number) => op.call('echo', [number], { equals: number, mayThrow: true });
const both = (...list) => ({
  main: [op.load(), ...list, op.spawn('a'), op.exits('a')],
  a: [op.load(), ...list],
});

module.exports = scenario({
  summary: 'integers come back whole, or are refused',
  needs: ['echo'],
  cases: [
    { name: 'numbers of 32 bits', threads: both(...[0, 1, -1, 2 ** 31 - 1, -(2 ** 31)].map(back)) },
    {
      name: 'numbers of more than 32 bits',
      threads: both(...[2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, -(2 ** 53) + 1].map(back)),
    },
    { name: 'numbers that are no integers', threads: both(...[0.5, -1e-9, 1.5e300].map(back)) },
    {
      name: 'bigints of 64 bits',
      threads: both(
        ...['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808']
          .map(value.bigint)
          .map(back),
      ),
    },
    {
      name: 'bigints of more than 64 bits',
      threads: both(
        ...['9223372036854775808', '18446744073709551616', '-18446744073709551617']
          .map(value.bigint)
          .map(backOrRefused),
      ),
    },
  ],
});
