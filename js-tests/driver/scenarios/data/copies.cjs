'use strict';
// Bytes that native code gives out are the caller's. They must not be memory that a later call, or another thread,
// writes to.

const { op, scenario, value } = require('../../language.cjs');

const LENGTH = 64;
const echo = (fill, as) => op.call('echo', [value.bytes(LENGTH, fill)], { as });
const still = (slot, fill) => op.equals(slot, value.bytes(LENGTH, fill));

module.exports = scenario({
  summary: 'bytes that are given out belong to the caller alone',
  needs: ['echo'],
  cases: [
    {
      name: 'two results in one thread',
      threads: {
        main: [op.load(), echo(1, 'one'), still('one', 1), echo(2, 'other'), still('one', 1)],
      },
    },
    {
      name: 'a result in main, one in a worker later',
      threads: {
        main: [op.load(), echo(1, 'one'), op.spawn('a'), op.exits('a'), still('one', 1)],
        a: [op.load(), echo(2, 'other'), still('other', 2)],
      },
    },
    {
      name: 'a result in a worker, one in main later',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('made'),
          op.load(),
          echo(1, 'one'),
          op.signal('go'),
          op.exits('a'),
          still('one', 1),
        ],
        a: [op.load(), echo(2, 'other'), op.signal('made'), op.wait('go'), still('other', 2)],
      },
    },
    {
      name: 'results of two workers that overlap',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [
          op.load(),
          op.signal('loaded'),
          op.wait('loaded', 2),
          echo(2, 'one'),
          op.signal('made'),
          op.wait('made', 2),
          still('one', 2),
        ],
        b: [
          op.load(),
          op.signal('loaded'),
          op.wait('loaded', 2),
          echo(3, 'one'),
          op.signal('made'),
          op.wait('made', 2),
          still('one', 3),
        ],
      },
    },
    {
      name: 'a result that outlives its argument, and others that are collected',
      threads: {
        main: [
          op.load(),
          echo(1, 'one'),
          op.repeat(20, [echo(2, 'other'), op.drop('other')]),
          op.gc(),
          still('one', 1),
        ],
      },
    },
    {
      name: 'no bytes at all',
      threads: { main: [op.load(), op.call('echo', [value.bytes(0)], { equals: value.bytes(0) })] },
    },
  ],
});
