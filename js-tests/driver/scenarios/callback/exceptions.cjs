'use strict';
// What a callback throws comes out of the call that ran it, as it was thrown, and the next call works.

const { op, scenario, value } = require('../../language.cjs');

const call = (then, rest) => op.call('call', [value.fn(then, { returns: 7 })], rest);
const good = call([], { equals: 7 });
const thrown = (then, text) => [call(then, { throws: text }), good];

module.exports = scenario({
  summary: 'what a callback throws comes out',
  needs: ['call'],
  cases: [
    {
      name: 'an error',
      threads: {
        main: [op.load(), good, op.repeat(5, thrown([op.fail('from inside')], 'from inside'))],
      },
    },
    {
      name: 'something that is no error',
      threads: {
        main: [
          op.load(),
          ...thrown([op.raise('a text')], 'a text'),
          ...thrown([op.raise(null)], 'null'),
          ...thrown([op.raise(value.undefined())], 'undefined'),
        ],
      },
    },
    {
      name: 'through two calls',
      threads: {
        main: [op.load(), ...thrown([call([op.fail('from within')])], 'from within')],
      },
    },
    {
      name: 'caught between two calls',
      threads: {
        main: [
          op.load(),
          call([...thrown([op.fail('from within')], 'from within')], { equals: 7 }),
          good,
        ],
      },
    },
    {
      name: 'what is no function',
      threads: {
        main: [op.load(), good, op.call('call', [value.object()], { throws: true }), good],
      },
    },
    {
      name: 'it ends a worker',
      threads: {
        main: [
          op.load(),
          good,
          op.spawn('a'),
          op.exits('a', { code: 1, error: 'nobody catches this' }),
          good,
        ],
        a: [op.load(), good, call([op.fail('nobody catches this')])],
      },
    },
  ],
});
