'use strict';
// User functions and aggregates: called, throwing, replaced, and on databases that are left open.

module.exports = {
  work({ open, keep }) {
    for (let n = 0; n < 3; n++) {
      const db = open(':memory:', {});
      db.function('twice', (value) => value * 2);
      db.function('twice', (value) => value + value);
      db.function('fails', () => {
        throw new Error('as intended');
      });
      db.aggregate('summed', { start: 0, step: (sum, value) => sum + value });
      db.prepare('SELECT twice(4) AS n').get();
      db.prepare('SELECT summed(value) AS n FROM json_each(?)').get('[1, 2, 3]');
      try {
        db.prepare('SELECT fails() AS n').get();
      } catch {
        // That is the case.
      }
      if (n > 0) db.close();
      else keep(db);
    }
  },
};
