'use strict';
// Methods, getters, setters and symbol methods, each on every wrong receiver. V8 refuses methods before native code sees
// them, so it is accessors that this is about.

const { op, scenario, value } = require('../../language.cjs');

const good = [
  op.call('make', [], { as: 'object' }),
  op.method('object', 'add', [2], { equals: 2 }),
  op.get('object', 'value', { equals: 2 }),
];
const getter = (receiver) =>
  op.apply('Counter.prototype.get:value', receiver, [], { throws: true });

module.exports = scenario({
  summary: 'methods and accessors refuse wrong receivers',
  needs: ['class'],
  cases: [
    {
      name: 'a getter on a plain object',
      threads: { main: [op.load(), ...good, getter(value.object()), ...good] },
    },
    {
      name: 'a getter on its prototype',
      threads: { main: [op.load(), ...good, getter(value.prototype('Counter')), ...good] },
    },
    {
      name: 'a getter on a proxy of the right object',
      threads: { main: [op.load(), ...good, getter(value.proxy('object')), ...good] },
    },
    {
      name: 'everything on everything',
      threads: { main: [op.load(), ...good, op.receivers(['receivers']), op.gc(), ...good] },
    },
    {
      name: 'everything on everything, in a worker',
      threads: {
        main: [op.load(), ...good, op.spawn('a'), op.exits('a'), ...good],
        a: [op.load(), ...good, op.receivers(['receivers']), op.gc(), ...good],
      },
    },
  ],
});
