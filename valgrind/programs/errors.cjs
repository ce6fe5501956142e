'use strict';
// Errors on every path: of SQL, of binding, of constraints, of closed objects, of files that are none.
const fs = require('node:fs');
const path = require('node:path');

module.exports = {
  work({ open, dir, slot }) {
    const file = path.join(dir, `no-database-${slot}`);
    fs.writeFileSync(
      file,
      'This is not a database, and it is longer than the header of one would be, by far.'.repeat(9),
    );
    const db = open(':memory:', {});
    db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
    const closed = open(':memory:', {});
    closed.close();
    const wrong = [
      () => db.exec('nonsense'),
      () => db.prepare('SELECT * FROM missing'),
      () => insert.run(1, null),
      () => insert.run(Symbol('no value'), 'text'),
      () => insert.run(1, 'text', 'and one too many'),
      () => closed.exec('SELECT 1'),
      () => open(path.join(dir, 'missing', 'folder.db'), {}),
      () => {
        const none = open(file, {});
        try {
          none.exec('SELECT * FROM sqlite_schema');
        } finally {
          none.close();
        }
      },
    ];
    for (let n = 0; n < 3; n++) {
      for (const attempt of wrong) {
        try {
          attempt();
        } catch {
          continue;
        }
        throw new Error(`this should have failed: ${attempt}`);
      }
    }
    db.close();
  },
};
