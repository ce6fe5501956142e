'use strict';
// Native code must use the env that it was called with. Who keeps one in a variable of the process calls into the env of
// the thread that loaded last: each direction, both states of that thread, and its end.

const { op, scenario, value } = require('../../language.cjs');

// The exception is what no env but the right one can let out.
const use = [
  op.call('call', [value.fn([], { returns: 7 })], { equals: 7 }),
  op.call('call', [value.fn([op.fail('of this thread')])], { throws: 'of this thread' }),
];

module.exports = scenario({
  summary: 'native code uses the env that it was called with',
  needs: ['call'],
  cases: [
    {
      name: 'main loads last and is idle',
      threads: {
        main: [op.spawn('a'), op.idle('loaded'), op.load(), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('loaded'), op.wait('go'), ...use],
      },
    },
    {
      name: 'main loads last and is in JavaScript',
      threads: {
        main: [
          op.spawn('a'),
          op.idle('loaded'),
          op.load(),
          ...use,
          op.signal('go'),
          op.wait('used'),
          op.exits('a'),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('go'), ...use, op.signal('used')],
      },
    },
    {
      name: 'a worker loads last and is idle',
      threads: {
        main: [op.load(), op.spawn('a'), op.idle('loaded'), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('loaded'), op.idle('go')],
      },
    },
    {
      name: 'a worker loads last and is in JavaScript',
      threads: {
        main: [op.load(), op.spawn('a'), op.idle('loaded'), ...use, op.signal('go'), op.exits('a')],
        a: [op.load(), ...use, op.signal('loaded'), op.wait('go')],
      },
    },
    {
      name: 'a worker is in a callback from native code',
      threads: {
        main: [op.load(), op.spawn('a'), op.idle('inside'), ...use, op.signal('go'), op.exits('a')],
        a: [
          op.load(),
          op.call('call', [value.fn([op.signal('inside'), op.wait('go')], { returns: 1 })], {
            equals: 1,
          }),
        ],
      },
    },
    {
      name: 'a worker loaded last and has ended',
      threads: {
        main: [op.load(), ...use, op.spawn('a'), op.exits('a'), ...use],
        a: [op.load(), ...use],
      },
    },
  ],
});
