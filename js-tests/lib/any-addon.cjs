'use strict';
// The adapter of targets that have none: nothing is known of what they do but that they can be loaded.

module.exports = require('./addon.cjs').anyAddon();
