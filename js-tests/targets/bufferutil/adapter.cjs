'use strict';
// bufferutil: masks of WebSocket frames.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon();
