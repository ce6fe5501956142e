'use strict';
// utf-8-validate: validation of UTF-8.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon();
