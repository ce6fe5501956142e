'use strict';
// Sessions and their changesets: closed, left open, and applied.

module.exports = {
  work({ open, keep }) {
    const schema = 'CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)';
    const [from, to] = [open(':memory:', {}), open(':memory:', {})];
    from.exec(schema);
    to.exec(schema);
    for (let n = 0; n < 3; n++) {
      const session = from.createSession();
      from.exec(`INSERT INTO t(text) VALUES ('row ${n}')`);
      to.applyChangeset(session.changeset());
      if (n > 0) session.close();
      else keep(session);
    }
    to.close();
    keep(from);
  },
};
