'use strict';
// The thread ends after its env, and after the module was unloaded when no other env has it: then no thread-local destructor
// of the module may be called any more. When main has it loaded, the same fault stays hidden.

const { op, scenario } = require('../../language.cjs');

const used = [op.load(), op.call('echo', ['some text'], { equals: 'some text' })];

module.exports = scenario({
  summary: 'the end of a thread calls nothing of a module that is unloaded',
  needs: ['echo'],
  cases: [
    { name: 'a worker', threads: { main: [op.spawn('a'), op.exits('a')], a: used } },
    {
      name: 'workers one after the other',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.spawn('b'), op.exits('b')],
        a: used,
        b: used,
      },
    },
    {
      name: 'two workers, and one ends last',
      threads: {
        main: [
          op.spawn('a'),
          op.spawn('b'),
          op.exits('a'),
          op.signal('other is gone'),
          op.exits('b'),
        ],
        a: [...used, op.signal('used'), op.wait('used', 2)],
        b: [...used, op.signal('used'), op.wait('other is gone'), ...used],
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
        a: [...used, op.signal('used'), op.wait('gone')],
      },
    },
    {
      name: 'a worker, and main has it loaded',
      threads: { main: [...used, op.spawn('a'), op.exits('a'), ...used], a: used },
    },
  ],
});
