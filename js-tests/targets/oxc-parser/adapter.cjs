'use strict';
// oxc-parser: a parser.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ parse }) => ({
  later: async () => (await parse('a.js', 'let a = 1; let b = 2')).program.body.length,
}));
