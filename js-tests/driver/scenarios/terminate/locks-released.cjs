'use strict';
// JavaScript that native code calls may throw, may be ended, may call native code again, and may take for ever: a lock
// that is held meanwhile is one that others wait for in vain.

const { op, scenario, value } = require('../../language.cjs');

const usual = op.call('call', [value.fn([], { returns: 3 })], { equals: 3 });
const stay = value.fn([op.signal('inside'), op.wait('gone')]);

module.exports = scenario({
  summary: 'no lock is held while JavaScript runs',
  needs: ['call'],
  cases: [
    {
      name: 'the function throws',
      threads: {
        main: [
          op.load(),
          usual,
          op.call('call', [value.fn([op.fail('on purpose')])], { throws: 'on purpose' }),
          usual,
        ],
      },
    },
    {
      name: 'the function calls it again',
      threads: {
        main: [op.load(), op.call('call', [value.fn([usual], { returns: 4 })], { equals: 4 })],
      },
    },
    {
      name: 'another thread calls it meanwhile',
      threads: {
        main: [
          op.load(),
          usual,
          op.spawn('a'),
          op.idle('inside'),
          usual,
          op.signal('gone'),
          op.exits('a'),
        ],
        a: [op.load(), op.call('call', [stay])],
      },
    },
    {
      name: 'ended inside of the function, and another thread calls it',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('inside'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          usual,
          op.signal('gone'),
        ],
        a: [op.load(), op.call('call', [stay])],
      },
    },
    {
      name: 'the thread exits inside of the function, and another calls it',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a', { code: 7 }), usual],
        a: [op.load(), op.call('call', [value.fn([op.exit(7)])])],
      },
    },
  ],
});
