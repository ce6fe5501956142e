'use strict';
// What an env keeps for itself must go with it, however it ends. From outside nothing shows but memory: the guard counts
// what is left when an env has ended.

const { op, scenario } = require('../../language.cjs');

const used = (number) => [
  op.load(),
  op.call('set', [number]),
  op.call('get', [], { equals: number }),
];

module.exports = scenario({
  summary: 'instance data is freed with its env',
  needs: ['state'],
  cases: [
    {
      name: 'workers one after the other',
      threads: {
        main: [op.repeat(3, [op.spawn('a'), op.exits('a')])],
        a: used(5),
      },
    },
    {
      name: 'a worker, and main has it loaded',
      threads: {
        main: [...used(4), op.spawn('a'), op.exits('a'), op.call('get', [], { equals: 4 })],
        a: used(5),
      },
    },
    {
      name: 'a worker that is ended',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('used'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          op.signal('gone'),
        ],
        a: [...used(5), op.signal('used'), op.wait('gone')],
      },
    },
    {
      name: 'a worker that exits',
      threads: {
        main: [op.spawn('a'), op.exits('a', { code: 7 })],
        a: [...used(5), op.exit(7)],
      },
    },
  ],
});
