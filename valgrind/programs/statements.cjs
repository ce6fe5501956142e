'use strict';
// Statements that are used up, reset by others, left in the middle and left unused.

module.exports = {
  work({ open, keep }) {
    const db = open(':memory:', {});
    db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT, bytes BLOB)');
    const insert = db.prepare('INSERT INTO t(text, bytes) VALUES (?, ?)');
    for (let n = 0; n < 20; n++) insert.run(`row ${n}`, Buffer.alloc(n));
    for (let n = 0; n < 10; n++) {
      const all = db.prepare('SELECT * FROM t WHERE id > ?');
      all.all(n);
      all.get(n);
      keep(db.prepare(`SELECT ${n} AS n`));
    }
    db.close();
    const left = open(':memory:', {});
    keep(left.prepare('SELECT 1 AS n'));
  },
};
