'use strict';
// What a callback can misuse: a database with rows, and one object of each kind that belongs to it.

/** Bytes of a small database, of a changeset that inserts rows 1 and 9 into `t`, and of its twin. */
let made = null;

function materials(open) {
  if (made) return made;
  const db = open(':memory:');
  db.exec('CREATE TABLE t(a INTEGER PRIMARY KEY, b)');
  const image = db.serialize();
  const session = db.createSession({ table: 't' });
  db.exec('INSERT INTO t VALUES (1, 11), (9, 99)');
  made = { image, changeset: session.changeset() };
  session.close();
  db.close();
  return made;
}

/** A database and what belongs to it; `one()` and `total()` are registered, and nothing runs. */
function subjects(tools, file = ':memory:') {
  const { open } = tools;
  const { image, changeset } = materials(open);
  const db = open(file);
  db.exec(
    'CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)',
  );
  db.function('one', () => 1);
  db.aggregate('total', { start: 0, step: (sum, value) => sum + value });
  const idle = db.prepare('SELECT b FROM t ORDER BY a');
  return {
    tools,
    db,
    idle,
    image: image.slice(),
    changeset: changeset.slice(),
    session: db.createSession(),
    store: db.createTagStore(4),
  };
}

/** That the database still does everything, if it is open; says which of the two. */
function unharmed({ tools, db }) {
  const { check } = tools;
  if (!db.isOpen) return 'closed';
  db.setAuthorizer(null);
  check.same(db.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
  check.same(db.prepare('SELECT 1 + 1 AS two').get().two, 2);
  db.close();
  check.same(db.isOpen, false);
  return 'open';
}

module.exports = { subjects, unharmed };
