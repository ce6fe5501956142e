'use strict';
// When the last thread that loaded the binary ends, the binary leaves the process. Whatever the process would still
// call then must be taken back before: handlers of the exit, of signals, of other libraries.

const { op, scenario } = require('../../language.cjs');

const alone = [op.load()];

module.exports = scenario({
  summary: 'nothing calls into the binary when it has been unloaded',
  needs: ['exports'],
  cases: [
    {
      name: 'one worker alone',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded()],
        a: alone,
      },
    },
    {
      name: 'a worker is terminated',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loaded'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          op.unloaded(),
        ],
        a: [op.load(), op.signal('loaded'), op.idle('never'), op.signal('never')],
      },
    },
    {
      name: 'workers one after the other',
      threads: {
        main: [
          op.spawn('a'),
          op.exits('a'),
          op.unloaded(),
          op.spawn('b'),
          op.exits('b'),
          op.unloaded(),
        ],
        a: alone,
        b: alone,
      },
    },
    {
      name: 'main loads it after it was unloaded',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded(), op.load()],
        a: alone,
      },
    },
    {
      name: 'process.exit after it was unloaded',
      ends: { code: 7 },
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded(), op.exit(7)],
        a: alone,
      },
    },
    {
      name: 'main has it, too',
      ends: { code: 7 },
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a'), op.exit(7)],
        a: alone,
      },
    },
  ],
});
