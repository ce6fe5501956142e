'use strict';
// Temporary files that an env made must go with it. Only a file with the name `data` may stay: what a database is kept in.

const { op, scenario, value } = require('../../language.cjs');

const used = [op.load(), op.call('open', [value.dir()])];
const clean = op.files([], { except: ['data'] });

module.exports = scenario({
  summary: 'no temporary file is left by an env that has ended',
  needs: ['file'],
  cases: [
    {
      name: 'a worker',
      threads: { main: [op.spawn('a'), op.exits('a'), clean], a: used },
    },
    {
      name: 'two workers at once',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b'), clean],
        a: [...used, op.signal('open'), op.wait('open', 2)],
        b: [...used, op.signal('open'), op.wait('open', 2)],
      },
    },
    {
      name: 'a worker that is ended, main has it loaded',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('open'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          clean,
          op.signal('gone'),
        ],
        a: [...used, op.signal('open'), op.wait('gone')],
      },
    },
    {
      name: 'a worker that exits',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 }), clean],
        a: [...used, op.exit(7)],
      },
    },
    {
      name: 'a worker with an uncaught error',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 1, error: 'on purpose' }), clean],
        a: [...used, op.uncaught('on purpose')],
      },
    },
  ],
});
