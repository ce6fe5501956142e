'use strict';
// Objects that are used after something took what they stand on: their statement was reused or closed, their
// database was closed, reopened, or replaced by deserialize(). Gives what each use was answered.

const { subjects } = require('../subjects.cjs');
const { doing } = require('./doing.cjs');

/** Schemas whose virtual tables keep statements and cursors of their own on the connection. */
const SCHEMAS = {
  'a plain table': `CREATE TABLE v(x, y); INSERT INTO v VALUES ('one', 1), ('two', 2), ('three', 3)`,
  'an FTS5 table': `CREATE VIRTUAL TABLE v USING fts5(x, y);
    INSERT INTO v VALUES ('one', '1'), ('two', '2'), ('three', '3')`,
  'an FTS4 table': `CREATE VIRTUAL TABLE v USING fts4(x, y);
    INSERT INTO v VALUES ('one', '1'), ('two', '2'), ('three', '3')`,
  'an R-tree': `CREATE VIRTUAL TABLE v USING rtree(x, y, z);
    INSERT INTO v VALUES (1, 1, 2), (2, 2, 3), (3, 3, 4)`,
};

/** A subject with `v`, an iterator half way over it, a used session and a used store. */
function scene(tools, schema) {
  const subject = subjects(tools);
  const { db, store, session } = subject;
  db.exec(schema);
  const statement = db.prepare('SELECT x FROM v');
  const insert = db.prepare('INSERT INTO t VALUES (NULL, ?)');
  insert.run(1);
  const iterator = statement.iterate();
  iterator.next();
  store.all`SELECT x FROM v`;
  const tagged = store.iterate`SELECT y FROM v`;
  tagged.next();
  session.changeset();
  return { ...subject, statement, insert, iterator, tagged };
}

/** An image of a database that has `schema`. */
function imageOf({ open }, schema) {
  const db = open(':memory:');
  db.exec(`CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (5, 50); ${schema}`);
  const image = db.serialize();
  db.close();
  return image;
}

const EVENTS = {
  nothing: () => undefined,
  'the statement ran again': ({ statement }) => statement.all(),
  'the statement began another iterator': ({ statement }) => statement.iterate().next(),
  'the statement was closed': ({ statement }) => statement.close(),
  'the iterator returned': ({ iterator }) => iterator.return(),
  'the tag store was cleared': ({ store }) => store.clear(),
  'the session was closed': ({ session }) => session.close(),
  'the database was closed': ({ db }) => db.close(),
  'the database was closed and opened': ({ db }) => {
    db.close();
    db.open();
  },
  'a transaction was rolled back': ({ db }) => db.exec('BEGIN; DELETE FROM t; ROLLBACK'),
  'the table was dropped': ({ db, iterator, tagged }) => {
    iterator.return();
    tagged.return();
    db.exec('DROP TABLE v');
  },
  'another database was attached and detached': ({ db, iterator, tagged }) => {
    iterator.return();
    tagged.return();
    db.exec("ATTACH ':memory:' AS other; CREATE TABLE other.t(a); DETACH other");
  },
};
for (const [name, schema] of Object.entries(SCHEMAS)) {
  EVENTS[`a database with ${name} was deserialized`] = ({ db, tools }) =>
    db.deserialize(imageOf(tools, schema));
}

const USES = {
  'next()': ({ iterator }) => iterator.next().done,
  'return()': ({ iterator }) => iterator.return().done,
  'all()': ({ statement }) => statement.all().length,
  'iterate()': ({ statement }) => [...statement.iterate()].length,
  'columns()': ({ statement }) => statement.columns().length,
  sourceSQL: ({ statement }) => statement.sourceSQL,
  'run()': ({ insert }) => insert.run(2).changes,
  'next() of the tag store': ({ tagged }) => tagged.next().done,
  'all() of the tag store': ({ store }) => store.all`SELECT x FROM v`.length,
  'size of the tag store': ({ store }) => store.size,
  'changeset()': ({ session }) => session.changeset().length > 0,
  'session.close()': ({ session }) => session.close(),
  'statement.close()': ({ statement }) => statement.close(),
  'db.prepare()': ({ db }) => db.prepare('SELECT count(*) AS n FROM t').get().n,
  'db.close()': ({ db }) => db.close(),
  'next() after all': ({ iterator }) => iterator.next().done,
  'db.open()': ({ db }) => db.open(),
  'changeset() after all': ({ session }) => session.changeset().length > 0,
  'all() after all': ({ statement }) => statement.all().length,
};

function said(call, subject) {
  try {
    const value = call(subject);
    return typeof value === 'object' ? 'an object' : String(value);
  } catch ({ name, code, errcode, message }) {
    return [name, code, errcode].filter(Boolean).join(' ') + `: ${message}`;
  }
}

module.exports = function after(tools) {
  const outcomes = {};
  for (const [kind, schema] of Object.entries(SCHEMAS)) {
    for (const [event, happen] of Object.entries(EVENTS)) {
      doing(`${kind}, ${event}`);
      const subject = scene(tools, schema);
      const answers = { itself: said(happen, subject) };
      for (const [use, call] of Object.entries(USES)) answers[use] = said(call, subject);
      (outcomes[event] ??= {})[kind] = answers;
      if (subject.db.isOpen) subject.db.close();
    }
  }
  return outcomes;
};
