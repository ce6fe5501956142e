'use strict';
// @node-rs/xxhash: hashes.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon();
