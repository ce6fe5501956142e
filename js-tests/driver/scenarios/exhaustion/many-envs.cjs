'use strict';
// There may be any number of envs, at once and one after the other: more than a table of eight would have room for.

const { op, scenario } = require('../../language.cjs');

const MANY = 9;
const names = Array.from({ length: MANY }, (_, at) => `worker ${at}`);
const used = (number) => [
  op.load(),
  op.call('set', [number]),
  op.call('get', [], { equals: number }),
];

module.exports = scenario({
  summary: 'the module loads in any number of envs',
  needs: ['state'],
  cases: [
    {
      name: 'one after the other',
      threads: {
        main: [op.repeat(MANY, [op.spawn('a'), op.exits('a')])],
        a: used(5),
      },
    },
    {
      name: 'one after the other, main has it loaded',
      threads: {
        main: [
          ...used(4),
          op.repeat(MANY, [op.spawn('a'), op.exits('a')]),
          op.call('get', [], { equals: 4 }),
        ],
        a: used(5),
      },
    },
    {
      name: 'at once',
      threads: {
        main: [...names.map((name) => op.spawn(name)), ...names.map((name) => op.exits(name))],
        ...Object.fromEntries(
          names.map((name, at) => [
            name,
            [
              ...used(at),
              op.signal('loaded'),
              op.wait('loaded', MANY),
              op.call('get', [], { equals: at }),
            ],
          ]),
        ),
      },
    },
    {
      name: 'in one thread',
      threads: {
        main: [
          ...used(4),
          op.repeat(MANY, [op.load({ again: 'dlopen', as: 'other' })]),
          op.call('get', [], { equals: 4 }),
        ],
      },
    },
  ],
});
