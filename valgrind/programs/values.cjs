'use strict';
// Values of each kind through native code and back.

const VALUES = [
  '',
  'a text',
  'äöü €uro 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🧵',
  'long '.repeat(1_000),
  0.5,
  2 ** 40,
  12_345_678_901n,
  new Uint8Array(200).fill(3),
];

module.exports = {
  work({ surface: { echo } }) {
    for (let n = 0; n < 5; n++) for (const value of VALUES) echo(value);
  },
};
