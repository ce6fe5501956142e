'use strict';
// A loop in native code that calls JavaScript must end when a call fails: the next one fails as well, since an exception
// is pending or the thread is being ended.

const { op, scenario, value } = require('../../language.cjs');

const usual = op.call('until', [value.fn([], { returns: true })], { equals: 1 });
/** Waits inside of a callback until the end of the thread: nobody says `gone` before. */
const stay = value.fn([op.signal('inside'), op.wait('gone')], { returns: false });
const more = value.fn([], { returns: false, calls: 'called' });
const ended = (thread) => [op.terminate(thread), op.exits(thread, { code: 1 })];

module.exports = scenario({
  summary: 'a loop that calls JavaScript ends when a call fails',
  needs: ['until'],
  cases: [
    {
      name: 'the function throws',
      threads: {
        main: [
          op.load(),
          usual,
          op.call('until', [value.fn([op.fail('enough')])], { throws: 'enough' }),
          usual,
        ],
      },
    },
    {
      name: 'ended inside of the function',
      threads: {
        main: [op.spawn('a'), op.idle('inside'), ...ended('a'), op.signal('gone')],
        a: [op.load(), usual, op.call('until', [stay])],
      },
    },
    {
      name: 'ended while the loop calls it',
      threads: {
        main: [op.spawn('a'), op.idle('called', 100), ...ended('a')],
        a: [op.load(), usual, op.call('until', [more])],
      },
    },
    {
      name: 'ended while the loop calls it, main has it loaded',
      threads: {
        main: [op.load(), usual, op.spawn('a'), op.idle('called', 100), ...ended('a'), usual],
        a: [op.load(), usual, op.call('until', [more])],
      },
    },
    {
      name: 'two at once',
      threads: {
        main: [
          op.spawn('a'),
          op.spawn('b'),
          op.idle('inside', 2),
          op.terminate('a'),
          op.terminate('b'),
          op.exits('a', { code: 1 }),
          op.exits('b', { code: 1 }),
          op.signal('gone'),
        ],
        a: [op.load(), op.call('until', [stay])],
        b: [op.load(), op.call('until', [stay])],
      },
    },
    {
      name: 'the thread exits inside of the function',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [op.load(), usual, op.call('until', [value.fn([op.exit(7)], { returns: false })])],
      },
    },
  ],
});
