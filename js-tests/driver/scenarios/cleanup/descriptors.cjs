'use strict';
// Descriptors belong to the process: what an env leaves open stays open after it. They are counted as the system has
// them, after a first worker (Node opens some of its own), and after some more.

const { op, scenario, value } = require('../../language.cjs');

const WORKERS = 4;
const used = [op.load(), op.call('open', [value.dir()])];
/** Fewer than the workers, so that something of Node's own is no finding. */
const same = op.grown('descriptors', 'before', WORKERS - 1);
const one = [op.spawn('a'), op.exits('a')];
const ended = [op.spawn('b'), op.idle('used'), op.terminate('b'), op.exits('b', { code: 1 })];

module.exports = scenario({
  summary: 'no descriptor is left open by an env that has ended',
  needs: ['file'],
  cases: [
    {
      name: 'workers one after the other',
      threads: {
        main: [...one, op.count('descriptors', 'before'), op.repeat(WORKERS, one), same],
        a: used,
      },
    },
    {
      name: 'workers one after the other, main has it loaded',
      threads: {
        main: [...used, ...one, op.count('descriptors', 'before'), op.repeat(WORKERS, one), same],
        a: used,
      },
    },
    {
      name: 'workers that exit',
      threads: {
        main: [
          op.spawn('a'),
          op.exits('a', { code: 7 }),
          op.count('descriptors', 'before'),
          op.repeat(WORKERS, [op.spawn('a'), op.exits('a', { code: 7 })]),
          same,
        ],
        a: [...used, op.exit(7)],
      },
    },
    {
      name: 'workers that are ended',
      threads: {
        main: [
          ...ended,
          op.count('descriptors', 'before'),
          ...[2, 3, 4, 5].flatMap((times) => [
            op.spawn('b'),
            op.idle('used', times),
            op.terminate('b'),
            op.exits('b', { code: 1 }),
          ]),
          same,
          op.signal('gone'),
        ],
        b: [...used, op.signal('used'), op.wait('gone')],
      },
    },
  ],
});
