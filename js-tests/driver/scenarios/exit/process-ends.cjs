'use strict';
// However a process ends, it must end: with the code that was asked for, with objects still open, with workers still
// there. No cleanup hook and no finalizer of the main thread runs after `process.exit()`.

const { op, scenario } = require('../../language.cjs');

const used = [
  op.load(),
  op.call('make', [], { as: 'object' }),
  op.call('use', [{ $: 'slot', name: 'object' }]),
];

module.exports = scenario({
  summary: 'the process ends with the code that was asked for',
  needs: ['resource'],
  cases: [
    {
      name: 'by itself',
      ends: { code: 0 },
      threads: { main: used },
    },
    {
      name: 'by itself, after a worker',
      ends: { code: 0 },
      threads: { main: [...used, op.spawn('a'), op.exits('a')], a: used },
    },
    {
      name: 'by itself, and only workers had it loaded',
      ends: { code: 0 },
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.spawn('b'), op.exits('b')],
        a: used,
        b: used,
      },
    },
    {
      name: 'by process.exit()',
      ends: { code: 7 },
      threads: { main: [...used, op.exit(7)] },
    },
    {
      name: 'by process.exit(), with a worker that is idle',
      ends: { code: 7 },
      threads: {
        main: [
          ...used,
          op.spawn('a'),
          op.idle('ready'),
          op.exit(7),
          op.signal('go'),
          op.exits('a'),
        ],
        a: [...used, op.signal('ready'), op.idle('go')],
      },
    },
    {
      name: 'by process.exit(), with a worker in JavaScript that alone has it loaded',
      ends: { code: 7 },
      threads: {
        main: [op.spawn('a'), op.idle('ready'), op.exit(7), op.signal('go'), op.exits('a')],
        a: [...used, op.signal('ready'), op.wait('go')],
      },
    },
  ],
});
