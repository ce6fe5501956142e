'use strict';
// A function belongs to the env that it came from. What is emitted in one thread must reach the listeners of that
// thread, all of them and no others.

const { op, scenario, value } = require('../../language.cjs');

const listen = (calls) => op.call('listen', [value.fn([], { calls })]);
const emit = (reached) => op.call('emit', [5], { equals: reached });

module.exports = scenario({
  summary: 'listeners are called in their own thread, and no others',
  needs: ['listener'],
  cases: [
    {
      name: 'a worker emits, main listens and is idle',
      threads: {
        main: [
          op.load(),
          listen('in main'),
          op.spawn('a'),
          op.exits('a'),
          emit(1),
          op.wait('in main'),
        ],
        a: [op.load(), emit(0), listen('in a'), emit(1), op.wait('in a')],
      },
    },
    {
      name: 'a worker emits, main listens and is in JavaScript',
      threads: {
        main: [
          op.load(),
          listen('in main'),
          op.spawn('a'),
          op.idle('loaded'),
          op.signal('go'),
          op.wait('emitted'),
          emit(1),
          op.exits('a'),
        ],
        a: [op.load(), op.signal('loaded'), op.wait('go'), emit(0), op.signal('emitted')],
      },
    },
    {
      name: 'main emits, a worker listens and is idle',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('listens'),
          emit(0),
          op.signal('go'),
          op.exits('a'),
        ],
        a: [op.load(), listen('in a'), op.signal('listens'), op.idle('go'), emit(1)],
      },
    },
    {
      name: 'main emits, a worker listens and is in JavaScript',
      threads: {
        main: [
          op.load(),
          op.spawn('a'),
          op.idle('listens'),
          emit(0),
          op.signal('go'),
          op.exits('a'),
        ],
        a: [op.load(), listen('in a'), op.signal('listens'), op.wait('go'), emit(1)],
      },
    },
    {
      name: 'main emits, a worker listened and has ended',
      threads: {
        main: [op.load(), listen('in main'), op.spawn('a'), op.exits('a'), emit(1)],
        a: [op.load(), listen('in a'), listen('in a'), emit(2)],
      },
    },
    {
      name: 'two workers emit at the same time',
      threads: {
        main: [op.spawn('a'), op.spawn('b'), op.exits('a'), op.exits('b')],
        a: [
          op.load(),
          listen('in a'),
          op.signal('listens'),
          op.wait('listens', 2),
          op.repeat(50, [emit(1)]),
          op.wait('in a', 50),
        ],
        b: [
          op.load(),
          listen('in b'),
          op.signal('listens'),
          op.wait('listens', 2),
          op.repeat(50, [emit(1)]),
          op.wait('in b', 50),
        ],
      },
    },
  ],
});
