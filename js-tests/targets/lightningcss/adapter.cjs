'use strict';
// lightningcss: a compiler of style sheets.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ transform }) => ({
  /** A visitor is called from the middle of a transformation. */
  call: (fn, ...args) => {
    let result;
    const Length = () => {
      result = fn(...args);
    };
    transform({ filename: 'a.css', code: Buffer.from('a{width:1px}'), visitor: { Length } });
    return result;
  },
}));
