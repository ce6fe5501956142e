'use strict';
// While a thread is being ended, each call into Node-API that would run JavaScript fails. Native code must then go
// back, not end the process. The thread stands in a callback from native code when it is ended, by different ways.

const { op, scenario, value } = require('../../language.cjs');

/** Waits inside of a callback until the end of the thread: nobody says `gone` before. */
const stay = value.fn([op.signal('inside'), op.wait('gone')]);
const usual = op.call('call', [value.fn([], { returns: 3 })], { equals: 3 });
const throwing = op.call('call', [value.fn([op.fail('on purpose')])], { throws: 'on purpose' });
const ended = (thread) => [op.terminate(thread), op.exits(thread, { code: 1 })];
const used = [op.load(), usual, throwing];

module.exports = scenario({
  summary: 'a thread that is ended in a callback ends alone',
  needs: ['call'],
  cases: [
    {
      name: 'idle',
      threads: {
        main: [op.spawn('a'), op.idle('ready'), ...ended('a'), op.signal('gone')],
        a: [...used, op.signal('ready'), op.idle('gone')],
      },
    },
    {
      name: 'in a callback',
      threads: {
        main: [op.spawn('a'), op.idle('inside'), ...ended('a'), op.signal('gone')],
        a: [...used, op.call('call', [stay])],
      },
    },
    {
      name: 'in a callback of a callback',
      threads: {
        main: [op.spawn('a'), op.idle('inside'), ...ended('a'), op.signal('gone')],
        a: [...used, op.call('call', [value.fn([op.call('call', [stay])])])],
      },
    },
    {
      name: 'in a callback, and main has it loaded',
      threads: {
        main: [
          ...used,
          op.spawn('a'),
          op.idle('inside'),
          ...ended('a'),
          usual,
          throwing,
          op.signal('gone'),
        ],
        a: [...used, op.call('call', [stay])],
      },
    },
    {
      name: 'in a callback, many at once',
      threads: {
        main: [
          ...['a', 'b', 'c'].map((thread) => op.spawn(thread)),
          op.idle('inside', 3),
          ...['a', 'b', 'c'].map((thread) => op.terminate(thread)),
          ...['a', 'b', 'c'].map((thread) => op.exits(thread, { code: 1 })),
          op.signal('gone'),
        ],
        a: [...used, op.call('call', [stay])],
        b: [...used, op.call('call', [stay])],
        c: [...used, op.call('call', [stay])],
      },
    },
    {
      name: 'in a callback, one after the other',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('inside'),
          ...ended('a'),
          op.spawn('b'),
          op.idle('inside', 2),
          ...ended('b'),
          op.spawn('c'),
          op.exits('c'),
          op.signal('gone'),
        ],
        a: [...used, op.call('call', [stay])],
        b: [...used, op.call('call', [stay])],
        c: used,
      },
    },
  ],
});
