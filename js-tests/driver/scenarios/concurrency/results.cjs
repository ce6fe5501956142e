'use strict';
// Threads call the same function at the same time with different arguments: each has the answer to its own.

const { op, scenario, value } = require('../../language.cjs');

const ROUNDS = 50;
const echo = (given) => op.call('echo', [given], { equals: given });
/** What a thread sends, of the same kinds and lengths in all threads. Bigints of 64 bits: more may be refused. */
const kinds = (digit) => [
  echo(String(digit).repeat(200)),
  echo(digit + 0.5),
  echo(value.bigint(`${digit}${'0'.repeat(17)}`)),
  echo(value.bytes(200, digit)),
];
const together = (threads, digit, rest = []) => [
  op.load(),
  op.signal('ready'),
  op.wait('ready', threads),
  op.repeat(ROUNDS, kinds(digit)),
  ...rest,
];

module.exports = scenario({
  summary: 'each thread has the answer to what it asked',
  needs: ['echo'],
  cases: [
    {
      name: 'two workers',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: together(2, 1),
        b: together(2, 2),
      },
    },
    {
      name: 'main and a worker',
      threads: {
        main: [op.spawn('a'), ...together(2, 1, [op.exits('a')])],
        a: together(2, 2),
      },
    },
    {
      name: 'four workers',
      threads: {
        main: [
          ...['a', 'b', 'c', 'd'].map((name) => op.spawn(name)),
          ...['a', 'b', 'c', 'd'].map((name) => op.exits(name)),
        ],
        a: together(4, 1),
        b: together(4, 2),
        c: together(4, 3),
        d: together(4, 4),
      },
    },
  ],
});
