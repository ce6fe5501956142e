'use strict';
// Asynchronous work also completes while its env is being torn down. The thread waits inside of JavaScript until it
// is ended, so its event loop never takes the work before that: each completion comes at teardown.

const { op, scenario } = require('../../language.cjs');

const settled = [op.call('later', [], { as: 'work' }), op.settle('work', { type: 'number' })];
const started = op.call('later', [], { type: 'object' });
const stay = [op.signal('started'), op.wait('gone')];
const ended = (thread) => [op.terminate(thread), op.exits(thread, { code: 1 })];

module.exports = scenario({
  summary: 'work that completes while its thread ends is let go',
  needs: ['later'],
  cases: [
    {
      name: 'ended with one under way',
      threads: {
        main: [op.spawn('a'), op.idle('started'), ...ended('a'), op.signal('gone')],
        a: [op.load(), ...settled, started, ...stay],
      },
    },
    {
      name: 'ended with many under way, main has it loaded',
      threads: {
        main: [
          op.load(),
          ...settled,
          op.spawn('a'),
          op.idle('started'),
          ...ended('a'),
          ...settled,
          op.signal('gone'),
        ],
        a: [op.load(), ...settled, op.repeat(20, [started]), ...stay],
      },
    },
    {
      name: 'two at once',
      threads: {
        main: [
          op.spawn('a'),
          op.spawn('b'),
          op.idle('started', 2),
          op.terminate('a'),
          op.terminate('b'),
          op.exits('a', { code: 1 }),
          op.exits('b', { code: 1 }),
          op.signal('gone'),
        ],
        a: [op.load(), started, started, ...stay],
        b: [op.load(), started, started, ...stay],
      },
    },
    {
      name: 'the thread exits with one under way',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [op.load(), ...settled, started, op.exit(7)],
      },
    },
    {
      name: 'loaded again after that',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('started'),
          ...ended('a'),
          op.spawn('b'),
          op.exits('b'),
          op.signal('gone'),
        ],
        a: [op.load(), started, ...stay],
        b: [op.load(), ...settled],
      },
    },
  ],
});
