'use strict';
// A callback takes the memory of the bytes away that native code is reading. It has to give the sum of what it was given, or
// an error.

const { op, scenario, value } = require('../../language.cjs');

const LENGTH = 1 << 20;
const bytes = (kind) => op.keep('bytes', value.bytes(LENGTH, 1, kind));
const scan = (then) =>
  op.call('scan', [value.slot('bytes'), value.fn(then, { once: true })], {
    equals: LENGTH,
    mayThrow: true,
  });
const good = [bytes(), op.call('scan', [value.slot('bytes'), value.fn()], { equals: LENGTH })];
const moved = [op.detach('bytes', { as: 'moved' }), op.fill('moved', 9)];

module.exports = scenario({
  summary: 'a callback may take away the bytes that are read',
  needs: ['scan'],
  cases: [
    {
      name: 'they are moved and overwritten',
      threads: { main: [op.load(), ...good, bytes(), scan(moved), ...good] },
    },
    {
      name: 'they are shrunk',
      threads: {
        main: [op.load(), ...good, bytes('resizable'), scan([op.resize('bytes', 0)]), ...good],
      },
    },
    {
      name: 'and throws',
      threads: {
        main: [
          op.load(),
          ...good,
          bytes(),
          op.call('scan', [value.slot('bytes'), value.fn([...moved, op.fail('from inside')])], {
            throws: 'from inside',
          }),
          ...good,
        ],
      },
    },
    {
      name: 'they are moved in a worker',
      threads: {
        main: [op.load(), ...good, op.spawn('a'), op.exits('a'), ...good],
        a: [op.load(), ...good, bytes(), scan(moved), op.drop('moved'), op.gc(), ...good],
      },
    },
  ],
});
