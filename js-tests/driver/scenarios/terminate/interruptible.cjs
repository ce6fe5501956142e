'use strict';
// Nothing in Node ends native code: `terminate()` and `process.exit()` wait for it. A call that may take long must look
// now and then whether its thread is asked to end. The only rule for which a time is judged, and a generous one.

const { op, scenario, value } = require('../../language.cjs');

const WITHIN = { code: 1, withinMs: 3000 };
const busy = (cell) => op.call('busy', [value.cell(cell)]);

module.exports = scenario({
  summary: 'a long call ends soon after its thread is asked to end',
  needs: ['busy'],
  cases: [
    {
      name: 'ended in native code',
      threads: {
        main: [op.spawn('a'), op.inside('a is inside'), op.terminate('a'), op.exits('a', WITHIN)],
        a: [op.load(), busy('a is inside')],
      },
    },
    {
      name: 'ended in native code, main has it loaded',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.inside('a is inside'),
          op.terminate('a'),
          op.exits('a', WITHIN),
        ],
        a: [op.load(), busy('a is inside')],
      },
    },
    {
      name: 'two at once',
      threads: {
        main: [
          op.spawn('a'),
          op.spawn('b'),
          op.inside('a is inside'),
          op.inside('b is inside'),
          op.terminate('a'),
          op.terminate('b'),
          op.exits('a', WITHIN),
          op.exits('b', WITHIN),
        ],
        a: [op.load(), busy('a is inside')],
        b: [op.load(), busy('b is inside')],
      },
    },
    {
      name: 'one after the other',
      threads: {
        main: [
          op.spawn('a'),
          op.inside('a is inside'),
          op.terminate('a'),
          op.exits('a', WITHIN),
          op.spawn('b'),
          op.inside('b is inside'),
          op.terminate('b'),
          op.exits('b', WITHIN),
        ],
        a: [op.load(), busy('a is inside')],
        b: [op.load(), busy('b is inside')],
      },
    },
    {
      name: 'the process exits meanwhile',
      ends: { code: 7 },
      threads: {
        main: [op.spawn('a'), op.inside('a is inside'), op.exit(7), op.exits('a')],
        a: [op.load(), busy('a is inside')],
      },
    },
  ],
});
