'use strict';
// The binary must initialise in every thread that loads it, however often and in whichever order. Who registers while
// the binary is being mapped can do it once, unless all threads that loaded it have ended meanwhile.

const { op, scenario } = require('../../language.cjs');

module.exports = scenario({
  summary: 'the module can be loaded in every thread',
  needs: ['exports'],
  cases: [
    {
      name: 'main, then a worker',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a')],
        a: [op.load()],
      },
    },
    {
      name: 'a worker, then main',
      threads: {
        main: [op.spawn('a'), op.idle('loaded'), op.load(), op.signal('go'), op.exits('a')],
        a: [op.load(), op.signal('loaded'), op.idle('go')],
      },
    },
    {
      name: 'a worker, then a worker of it',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded()],
        a: [op.load(), op.spawn('b'), op.exits('b')],
        b: [op.load()],
      },
    },
    {
      name: 'two workers that overlap',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [op.load(), op.signal('loaded'), op.wait('loaded', 2)],
        b: [op.load(), op.signal('loaded'), op.wait('loaded', 2)],
      },
    },
    {
      name: 'workers one after the other, then main',
      threads: {
        main: [
          op.spawn('a'),
          op.exits('a'),
          op.unloaded(),
          op.spawn('b'),
          op.exits('b'),
          op.unloaded(),
          op.load(),
        ],
        a: [op.load()],
        b: [op.load()],
      },
    },
  ],
});
