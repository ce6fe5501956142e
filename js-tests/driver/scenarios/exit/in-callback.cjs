'use strict';
// `process.exit()` in a callback from native code: in a worker the call into JavaScript fails and the native code must go
// back; in the main thread it never returns.

const { op, scenario, value } = require('../../language.cjs');

const leave = value.fn([op.exit(7)]);
const usual = op.call('call', [value.fn([], { returns: 3 })], { equals: 3 });
const throwing = op.call('call', [value.fn([op.fail('on purpose')])], { throws: 'on purpose' });
const used = [op.load(), usual, throwing];

module.exports = scenario({
  summary: 'process.exit() in a callback exits with its code',
  needs: ['call'],
  cases: [
    {
      name: 'in a worker',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [...used, op.call('call', [leave])],
      },
    },
    {
      name: 'in a worker, in a callback of a callback',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [...used, op.call('call', [value.fn([op.call('call', [leave])])])],
      },
    },
    {
      name: 'in a worker, and main goes on',
      threads: {
        main: [...used, op.spawn('a'), op.exits('a', { code: 7 }), usual, throwing],
        a: [...used, op.call('call', [leave])],
      },
    },
    {
      name: 'in workers one after the other',
      threads: {
        main: [
          op.spawn('a'),
          op.exits('a', { code: 7 }),
          op.spawn('b'),
          op.exits('b', { code: 7 }),
          op.spawn('c'),
          op.exits('c'),
        ],
        a: [...used, op.call('call', [leave])],
        b: [...used, op.call('call', [leave])],
        c: used,
      },
    },
    {
      name: 'in the main thread',
      ends: { code: 7 },
      threads: { main: [...used, op.call('call', [leave])] },
    },
    {
      name: 'in the main thread, with a worker inside of a callback',
      ends: { code: 7 },
      threads: {
        main: [
          ...used,
          op.spawn('a'),
          op.idle('inside'),
          op.call('call', [leave]),
          op.signal('gone'),
          op.exits('a'),
        ],
        a: [...used, op.call('call', [value.fn([op.signal('inside'), op.wait('gone')])])],
      },
    },
  ],
});
