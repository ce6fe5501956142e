'use strict';
// There may be less memory than is asked for. Then the call must throw, and less must still be had.

const { op, scenario } = require('../../language.cjs');

const MB = 1024 * 1024;
/** What V8 may want meanwhile fits; what is asked for does not. */
const little = op.limit('memory', 256 * MB);
const enough = op.unlimit('memory');
const much = op.call('reserve', [900 * MB], { throws: true });
const some = op.call('reserve', [MB], { equals: MB });

module.exports = scenario({
  summary: 'without memory a call throws',
  needs: ['reserve'],
  cases: [
    {
      name: 'in the main thread',
      threads: { main: [op.load(), some, little, much, some, enough, some] },
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
          op.exits('a'),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('little'), much, some, op.signal('tried')],
      },
    },
  ],
});
