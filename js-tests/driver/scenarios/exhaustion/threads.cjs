'use strict';
// A thread may not be had: there is no room for its stack. Then what needs one must throw, and must have left
// nothing behind that is stopped later. (The system's limit on the number of threads does not hold for root.)

const { op, scenario, value } = require('../../language.cjs');

/** Less than a large stack; a target whose threads have a smaller one may get them. */
const little = op.limit('memory', 48 * 1024 * 1024);
const enough = op.unlimit('memory');
const fn = value.fn([], { calls: 'tick' });
const refused = op.call('start', [fn], { may: true });
const ticks = [op.call('start', [fn]), op.idle('tick'), op.call('stop')];

module.exports = scenario({
  summary: 'without a thread what needs one throws',
  needs: ['ticker'],
  cases: [
    {
      name: 'in the main thread',
      threads: { main: [op.load(), little, refused, enough, op.call('stop'), ...ticks] },
    },
    {
      name: 'in a worker',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loaded'),
          little,
          op.signal('little'),
          op.idle('tried'),
          enough,
          op.signal('enough'),
          op.exits('a'),
        ],
        a: [
          op.load(),
          op.signal('loaded'),
          op.wait('little'),
          refused,
          op.signal('tried'),
          op.wait('enough'),
          op.call('stop'),
          ...ticks,
        ],
      },
    },
    {
      name: 'in a worker that ends after it',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('loaded'),
          little,
          op.signal('little'),
          op.idle('tried'),
          enough,
          op.signal('enough'),
          op.exits('a', { code: 7 }),
          ...ticks,
        ],
        a: [
          op.load(),
          op.signal('loaded'),
          op.wait('little'),
          refused,
          op.signal('tried'),
          op.wait('enough'),
          op.exit(7),
        ],
      },
    },
  ],
});
