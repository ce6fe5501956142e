'use strict';
// Databases in memory and on disk, closed and left open.
const path = require('node:path');

module.exports = {
  work({ open, dir, slot, keep }) {
    const file = path.join(dir, `open-close-${slot}.db`);
    for (let n = 0; n < 5; n++) {
      const db = open(file, {});
      db.exec('CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES (1)');
      db.close();
      keep(open(':memory:', {}));
    }
    keep(open(file, {}));
  },
};
