'use strict';
// snappy: compression.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ compress }) => ({
  later: async () => (await compress(Buffer.alloc(4096, 'a'))).length,
}));
