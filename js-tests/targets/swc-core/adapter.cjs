'use strict';
// @swc/core: a compiler.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ transform }) => ({
  later: async () =>
    (await transform('export const a: number = 1', { jsc: { parser: { syntax: 'typescript' } } }))
      .code.length,
}));
