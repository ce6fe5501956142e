'use strict';
// When an env ends its cleanup hooks run first, the last one added before the others, and then the finalizers of all objects
// that are still there. So many objects are left, of which some were used, some disposed, some collected.

const { op, scenario, value } = require('../../language.cjs');

const object = [op.call('make', [], { as: 'object' }), op.call('use', [value.slot('object')])];
const some = [op.load(), op.repeat(5, object)];
const disposed = [
  op.call('make', [], { as: 'other' }),
  op.call('dispose', [value.slot('other')]),
  op.drop('other'),
];

module.exports = scenario({
  summary: 'objects that are left when an env ends are finalized in order',
  needs: ['resource'],
  cases: [
    {
      name: 'a worker with objects left',
      threads: { main: [op.spawn('a'), op.exits('a')], a: some },
    },
    {
      name: 'a worker with objects left and others disposed',
      threads: {
        main: [op.spawn('a'), op.exits('a')],
        a: [...some, ...disposed, ...object, ...disposed],
      },
    },
    {
      name: 'a worker with objects left and others collected',
      threads: {
        main: [op.load(), op.spawn('a'), op.exits('a'), ...object],
        a: [...some, op.gc(), ...object],
      },
    },
    {
      name: 'a worker that is ended with objects left',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('used'),
          op.terminate('a'),
          op.exits('a', { code: 1 }),
          op.signal('gone'),
        ],
        a: [...some, op.signal('used'), op.wait('gone')],
      },
    },
    {
      name: 'the main thread with objects left',
      ends: { code: 0 },
      threads: { main: [...some, ...disposed] },
    },
  ],
});
