'use strict';
// The target is loaded and nothing else: what an env costs by itself.

module.exports = { work() {} };
