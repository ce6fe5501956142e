'use strict';
// A threadsafe function is closed when its env ends, and nothing may be done with it after its finalizer. A native thread calls
// it meanwhile; afterwards the process goes on long enough for one call more.

const { op, scenario, value } = require('../../language.cjs');

const ticks = op.call('start', [value.fn([], { calls: 'tick' })]);
/** The thread of this env ticks, so one that serves all envs has been around as well. */
const around = [
  op.call('start', [value.fn([], { calls: 'again' })]),
  op.idle('again', 5),
  op.call('stop'),
];
const going = [op.load(), ticks, op.idle('tick'), op.signal('ticks'), op.wait('gone')];
const ended = [op.idle('ticks'), op.terminate('a'), op.exits('a', { code: 1 })];

module.exports = scenario({
  summary: 'no threadsafe function is used after its env has ended',
  needs: ['ticker'],
  cases: [
    {
      name: 'ended while it ticks',
      threads: {
        main: [op.spawn('a'), ...ended, op.spawn('b'), op.exits('b'), op.signal('gone')],
        a: going,
        b: [op.load(), ...around],
      },
    },
    {
      name: 'ended while it ticks, main has it loaded',
      threads: {
        main: [op.load(), op.spawn('a'), ...ended, ...around, op.signal('gone')],
        a: going,
      },
    },
    {
      name: 'ended while it ticks in main, too',
      threads: {
        main: [
          op.load(),
          op.call('start', [value.fn([], { calls: 'again' })]),
          op.spawn('a'),
          ...ended,
          op.idle('again', 20),
          op.call('stop'),
          op.signal('gone'),
        ],
        a: going,
      },
    },
    {
      name: 'the thread exits while it ticks',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a', { code: 7 }), ...around],
        a: [op.load(), ticks, op.idle('tick'), op.exit(7)],
      },
    },
    {
      name: 'the thread exits inside of the function',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a', { code: 7 }), ...around],
        a: [
          op.load(),
          op.call('start', [value.fn([op.exit(7)], { calls: 'tick' })]),
          op.idle('tick', 1000),
        ],
      },
    },
  ],
});
