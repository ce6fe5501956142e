'use strict';
// One thread may initialise the module several times; each time there is a fresh env with classes of its own. What the
// functions of one copy make must be of the classes of that copy, however many came after it.

const { op, scenario } = require('../../language.cjs');

const make = (of) => [
  op.call('make', [], { as: `of ${of}`, of }),
  op.instance(`of ${of}`, 'Counter', of),
  op.method(`of ${of}`, 'add', [2], { equals: 2 }),
];

const twice = (again) => [
  op.load(),
  ...make('target'),
  op.load({ as: 'second', again }),
  ...make('second'),
  ...make('target'),
  op.method('of second', 'add', [1], { equals: 3 }),
];

module.exports = scenario({
  summary: 'each initialisation in one thread has classes of its own',
  needs: ['class'],
  cases: [
    { name: 'required again', threads: { main: twice('require-cache') } },
    { name: 'dlopen', threads: { main: twice('dlopen') } },
    { name: 'a hard link', threads: { main: twice('hard-link') } },
    { name: 'a copy of the file', threads: { main: twice('copy') } },
    { name: 'in a context of node:vm', threads: { main: twice('vm') } },
    {
      name: 'dlopen in a worker',
      threads: {
        main: [op.spawn('a'), op.exits('a'), op.unloaded()],
        a: twice('dlopen'),
      },
    },
    {
      name: 'dlopen in two threads',
      threads: {
        main: [op.spawn('a'), op.idle('done'), ...twice('dlopen'), op.signal('go'), op.exits('a')],
        a: [...twice('dlopen'), op.signal('done'), op.wait('go'), ...make('target')],
      },
    },
  ],
});
