'use strict';
// A native thread that an env started must be gone when that has ended: its code may be unloaded then. The threads
// of the process are counted before and after; when only workers had the module loaded, one that is left crashes.

const { op, scenario, value } = require('../../language.cjs');

const ticks = op.call('start', [value.fn([], { calls: 'tick' })]);
const stopped = [op.load(), ticks, op.idle('tick'), op.call('stop')];
const going = [op.load(), ticks, op.idle('tick'), op.signal('ticks'), op.wait('gone')];
const ended = (times) => [
  op.spawn('b'),
  op.idle('ticks', times),
  op.terminate('b'),
  op.exits('b', { code: 1 }),
];
const one = [op.spawn('a'), op.exits('a')];
const same = op.grown('threads', 'before', 1);

module.exports = scenario({
  summary: 'no native thread is left by an env that has ended',
  needs: ['ticker'],
  cases: [
    {
      name: 'stopped in workers',
      threads: {
        main: [...one, op.count('threads', 'before'), op.repeat(2, one), same],
        a: stopped,
      },
    },
    {
      name: 'ended while it ticks',
      threads: {
        main: [
          ...one,
          op.count('threads', 'before'),
          ...ended(1),
          ...ended(2),
          same,
          ...one,
          op.signal('gone'),
        ],
        a: stopped,
        b: going,
      },
    },
    {
      name: 'ended while it ticks, main has it loaded',
      threads: {
        main: [
          ...stopped,
          ...one,
          op.count('threads', 'before'),
          ...ended(1),
          ...ended(2),
          same,
          op.signal('gone'),
        ],
        a: stopped,
        b: going,
      },
    },
    {
      name: 'workers that exit while it ticks, main has it loaded',
      threads: {
        main: [
          ...stopped,
          ...one,
          op.count('threads', 'before'),
          op.repeat(2, [op.spawn('c'), op.exits('c', { code: 7 })]),
          same,
        ],
        a: stopped,
        c: [op.load(), ticks, op.idle('tick'), op.exit(7)],
      },
    },
    {
      name: 'the process exits while it ticks',
      ends: { code: 7 },
      threads: { main: [op.load(), ticks, op.idle('tick'), op.exit(7)] },
    },
  ],
});
