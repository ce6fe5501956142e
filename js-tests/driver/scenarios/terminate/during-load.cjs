'use strict';
// A thread may be ended while a module is being loaded, and loading may fail as everything may. To stand in the
// middle of it, the object that gets the exports runs a program when the first of them is set.

const { op, scenario } = require('../../language.cjs');

const interrupted = op.load({ during: [op.signal('loading'), op.wait('gone')] });
const failing = op.load({ during: [op.fail('on purpose')], throws: 'on purpose' });
const ended = (thread) => [op.terminate(thread), op.exits(thread, { code: 1 })];

module.exports = scenario({
  summary: 'a thread that is ended while the module loads ends alone',
  needs: ['load-into'],
  cases: [
    {
      name: 'ended while it loads',
      threads: {
        main: [op.spawn('a'), op.idle('loading'), ...ended('a'), op.signal('gone')],
        a: [interrupted],
      },
    },
    {
      name: 'ended while it loads, main has it loaded',
      threads: {
        main: [op.load(), op.spawn('a'), op.idle('loading'), ...ended('a'), op.signal('gone')],
        a: [interrupted],
      },
    },
    {
      name: 'loaded again after that',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loading'),
          ...ended('a'),
          op.spawn('b'),
          op.exits('b'),
          op.load(),
          op.signal('gone'),
        ],
        a: [interrupted],
        b: [op.load()],
      },
    },
    {
      // Node lets one thread at a time load addons: the second one waits in there.
      name: 'two, and one waits for the other',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loading'),
          op.spawn('b'),
          op.idle('about to load'),
          op.terminate('b'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          op.exits('b', { code: 1 }),
          op.signal('gone'),
        ],
        a: [interrupted],
        b: [op.signal('about to load'), op.load(), op.wait('gone')],
      },
    },
    {
      name: 'loading throws in the middle',
      threads: {
        main: [failing, op.load(), op.spawn('a'), op.exits('a')],
        a: [failing, op.load()],
      },
    },
    {
      name: 'the thread exits while it loads',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [op.load({ during: [op.exit(7)] })],
      },
    },
  ],
});
