'use strict';
// A file that is open when its env ends.
const path = require('node:path');
const fs = require('node:fs');

module.exports = {
  work({ surface: { open }, dir, slot }) {
    const own = path.join(dir, `files-${slot}`);
    fs.mkdirSync(own, { recursive: true });
    open(own);
  },
};
