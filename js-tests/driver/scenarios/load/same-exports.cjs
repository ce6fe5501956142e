'use strict';
// Each initialisation gets an empty `exports` and must fill it, whatever an earlier one has prepared already.

const { op, scenario } = require('../../language.cjs');

const exported = [op.load(), op.exports('exports')];

module.exports = scenario({
  summary: 'every env gets the same exports',
  needs: ['exports'],
  cases: [
    {
      name: 'main, then a worker',
      threads: {
        main: [...exported, op.spawn('a'), op.exits('a')],
        a: exported,
      },
    },
    {
      name: 'a worker, then main',
      threads: {
        main: [op.spawn('a'), op.idle('loaded'), ...exported, op.signal('go'), op.exits('a')],
        a: [...exported, op.signal('loaded'), op.idle('go')],
      },
    },
    {
      name: 'two workers that overlap',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [...exported, op.signal('loaded'), op.wait('loaded', 2)],
        b: [...exported, op.signal('loaded'), op.wait('loaded', 2)],
      },
    },
    {
      name: 'workers one after the other',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded(), op.spawn('b'), op.exits('b')],
        a: exported,
        b: exported,
      },
    },
    {
      name: 'main twice',
      threads: {
        main: [
          ...exported,
          op.load({ as: 'second', again: 'dlopen' }),
          op.exports('exports', 'second'),
        ],
      },
    },
  ],
});
