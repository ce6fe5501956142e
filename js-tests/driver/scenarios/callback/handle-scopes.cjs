'use strict';
// Native code that calls functions leaves as many handle scopes as it found, also when a function throws. Node counts
// them after each call into the addon.

const { op, scenario, value } = require('../../language.cjs');

const call = (then, rest) => op.call('call', [value.fn(then, { returns: 7 })], rest);
const good = call([], { equals: 7 });
const thrown = call([op.fail('from inside')], { throws: 'from inside' });

module.exports = scenario({
  summary: 'handle scopes are closed on all ways out',
  needs: ['call'],
  cases: [
    { name: 'it returns', threads: { main: [op.load(), op.repeat(100, [good])] } },
    { name: 'it throws', threads: { main: [op.load(), good, thrown, thrown, good] } },
    {
      name: 'it throws inside of another call',
      threads: { main: [op.load(), good, call([thrown], { equals: 7 }), good] },
    },
    {
      name: 'it throws in a worker',
      threads: {
        main: [op.load(), good, op.spawn('a'), op.exits('a'), good],
        a: [op.load(), good, thrown, good, op.gc(), good],
      },
    },
  ],
});
