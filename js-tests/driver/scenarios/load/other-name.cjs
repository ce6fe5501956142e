'use strict';
// A process may hold several copies of a binary: two versions of a package, two folders of one version. Whatever has
// one name in the process must not be taken from the others, nor be thought of as one's own.

const { op, scenario } = require('../../language.cjs');

const copy = op.load({ as: 'second', again: 'copy' });

module.exports = scenario({
  summary: 'a copy of the binary loads beside it',
  needs: ['exports'],
  cases: [
    {
      name: 'both in main',
      threads: { main: [op.load(), op.exports('exports'), copy, op.exports('exports', 'second')] },
    },
    {
      name: 'the copy in a worker',
      threads: {
        main: [op.load(), op.exports('exports'), op.spawn('a'), op.exits('a')],
        a: [copy, op.exports('exports', 'second')],
      },
    },
    {
      name: 'the original in a worker, the copy in main',
      threads: {
        main: [op.spawn('a'), op.idle('loaded'), copy, op.signal('go'), op.exits('a')],
        a: [op.load(), op.signal('loaded'), op.wait('go')],
      },
    },
    {
      name: 'the copy after the original was unloaded',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded(), op.spawn('b'), op.exits('b')],
        a: [op.load()],
        b: [copy],
      },
    },
    {
      name: 'two workers that overlap, a copy for each',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [copy, op.signal('loaded'), op.wait('loaded', 2)],
        b: [copy, op.signal('loaded'), op.wait('loaded', 2)],
      },
    },
  ],
});
