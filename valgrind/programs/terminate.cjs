'use strict';
// The worker is terminated in the middle of its work, wherever it is then.

module.exports = {
  ending: 'terminate',
  work({ open, keep }) {
    const db = open(':memory:', {});
    db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)');
    db.function('twice', (value) => value * 2);
    const insert = db.prepare("INSERT INTO t(text) VALUES ('text ' || twice(?))");
    const select = db.prepare('SELECT * FROM t WHERE id > ? LIMIT 20');
    let n = 0;
    keep(db);
    return () => {
      insert.run(n);
      select.all(n % 100);
      n++;
    };
  },
};
