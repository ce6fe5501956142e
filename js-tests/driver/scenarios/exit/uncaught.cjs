'use strict';
// Errors that nobody catches end the thread or the process. They must come out as what they are: no crash on top of
// them, and the exit code is that of an uncaught error.

const { op, scenario } = require('../../language.cjs');

const used = [
  op.load(),
  op.call('make', [], { as: 'object' }),
  op.call('use', [{ $: 'slot', name: 'object' }]),
];
const oneWorker = (last, expected) => ({
  main: [...used, op.spawn('a', expected.options), op.exits('a', expected.end), ...used],
  a: [...used, last],
});

module.exports = scenario({
  summary: 'an uncaught error ends the thread as it should, without a crash',
  needs: ['resource'],
  cases: [
    {
      name: 'an exception in the main thread',
      ends: { code: 1 },
      threads: { main: [...used, op.uncaught('on purpose')] },
    },
    {
      name: 'a rejection in the main thread',
      ends: { code: 1 },
      threads: { main: [...used, op.reject('on purpose'), op.turn()] },
    },
    {
      name: 'an exception in the main thread, with a worker',
      ends: { code: 1 },
      threads: {
        main: [
          ...used,
          op.spawn('a'),
          op.idle('ready'),
          op.uncaught('on purpose'),
          op.signal('go'),
          op.exits('a'),
        ],
        a: [...used, op.signal('ready'), op.wait('go')],
      },
    },
    {
      name: 'an exception in a worker',
      threads: oneWorker(op.uncaught('on purpose'), { end: { code: 1, error: 'on purpose' } }),
    },
    {
      name: 'a rejection in a worker',
      threads: oneWorker(op.reject('on purpose'), { end: { code: 1, error: 'on purpose' } }),
    },
    {
      name: 'a stack overflow in a worker',
      threads: oneWorker(op.overflow(), { end: { code: 1, error: 'RangeError' } }),
    },
    {
      name: 'a worker without memory',
      threads: oneWorker(op.exhaust(), {
        options: { resourceLimits: { maxOldGenerationSizeMb: 16 } },
        end: { code: 1, error: 'ERR_WORKER_OUT_OF_MEMORY' },
      }),
    },
  ],
});
