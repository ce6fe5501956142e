'use strict';
// A process may have no descriptor left. Then what needs one must throw, and work again later.

const { op, scenario, value } = require('../../language.cjs');

const open = (expected) => op.call('open', [value.dir()], expected);
const none = op.limit('descriptors', 0);
const enough = op.unlimit('descriptors');

module.exports = scenario({
  summary: 'without a descriptor what needs one throws',
  needs: ['file'],
  cases: [
    {
      name: 'in the main thread',
      threads: { main: [op.load(), none, open({ throws: true }), enough, open()] },
    },
    {
      name: 'in a worker',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loaded'),
          none,
          op.signal('none'),
          op.idle('tried'),
          enough,
          op.signal('enough'),
          op.exits('a'),
        ],
        a: [
          op.load(),
          op.signal('loaded'),
          op.wait('none'),
          open({ throws: true }),
          open({ throws: true }),
          op.signal('tried'),
          op.wait('enough'),
          open(),
        ],
      },
    },
    {
      name: 'in a worker that ends without it',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('loaded'),
          none,
          op.signal('none'),
          op.exits('a'),
          enough,
          open(),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('none'), open({ throws: true })],
      },
    },
  ],
});
