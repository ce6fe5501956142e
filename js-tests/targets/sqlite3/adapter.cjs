'use strict';
// sqlite3: SQLite on the thread pool, by callbacks.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ Database }) => ({
  /** Opens a database, queries it and closes it, each of them on the pool. */
  later: () =>
    new Promise((resolve, reject) => {
      const db = new Database(':memory:', (failed) => {
        if (failed) {
          reject(failed);
          return;
        }
        db.get('SELECT 6 * 7 AS n', (wrong, row) => {
          db.close((left) => {
            if (wrong || left) reject(wrong ?? left);
            else resolve(row.n);
          });
        });
      });
    }),
}));
