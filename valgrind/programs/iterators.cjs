'use strict';
// Iterators that come to their end, that are ended early, and that nobody ends.

module.exports = {
  work({ open, keep }) {
    const db = open(':memory:', {});
    const sql =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i FROM n';
    const full = [...db.prepare(sql).iterate()];
    for (const row of db.prepare(sql).iterate()) if (row.i > 3) break;
    for (let n = 0; n < 5; n++) {
      const iterator = db.prepare(sql).iterate();
      iterator.next();
      keep(iterator);
    }
    keep(full.length);
    keep(db);
  },
};
