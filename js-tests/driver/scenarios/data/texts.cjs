'use strict';
// Text of JavaScript has a length and may hold NUL; native text ends at it. Whatever goes into native code must come
// back whole.

const { op, scenario, value } = require('../../language.cjs');

const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));
const back = (text) => op.call('echo', [text], { equals: text });
const both = (...list) => ({
  main: [op.load(), ...list, op.spawn('a'), op.exits('a')],
  a: [op.load(), ...list],
});

module.exports = scenario({
  summary: 'texts come back whole',
  needs: ['echo'],
  cases: [
    {
      name: 'with NUL',
      threads: both(
        back(value.text(...letters('before'), 0, ...letters('behind'))),
        back(value.text(0)),
        back(value.text(...letters('at the end'), 0)),
        back(value.text(0, ...letters('at the beginning'))),
      ),
    },
    { name: 'empty', threads: both(back('')) },
    { name: 'longer than a buffer', threads: both(back('0123456789'.repeat(1_000))) },
    { name: 'of two, three and four bytes a letter', threads: both(back('äöü €uro 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🧵')) },
    {
      // SQLite's texts are UTF-8, which has no half of a pair: it may be replaced, or refused.
      name: 'with half of a surrogate pair',
      threads: both(
        op.call('echo', [value.text(0x61, 0xd83e, 0x62)], { mayThrow: true, type: 'string' }),
        back('and on'),
      ),
    },
  ],
});
