'use strict';
// What no callback should do, and what it may: each is tried inside each callback. Those that use the
// statement that runs meanwhile (`running`), or its iterator, are for the callbacks that have one.

const DATABASE = {
  'closes the database': ({ db }) => db.close(),
  'disposes of the database': ({ db }) => db[Symbol.dispose](),
  'opens the database': ({ db }) => db.open(),
  'deserializes into the database': ({ db, image }) => db.deserialize(image),
  'serializes the database': ({ db }) => db.serialize().length > 0,
  'writes with exec()': ({ db }) => db.exec('INSERT INTO t VALUES (100, 1)'),
  'drops the table': ({ db }) => db.exec('DROP TABLE t'),
  'begins and rolls back': ({ db }) => db.exec('BEGIN; DELETE FROM t; ROLLBACK'),
  'prepares and reads': ({ db }) => db.prepare('SELECT a FROM t').all().length,
  'registers a function again': ({ db }) => db.function('one', () => 2),
  'registers the running function again': ({ db }) => db.function('acting', () => 2),
  'registers a function for more arguments': ({ db }) => db.function('acting', (a, b) => a + b),
  'registers the running aggregate again': ({ db }) =>
    db.aggregate('acting', { start: 0, step: () => 2 }),
  'sets an authorizer that denies': ({ db }) => db.setAuthorizer(() => 1),
  'removes the authorizer': ({ db }) => db.setAuthorizer(null),
  'changes a limit': ({ db }) => {
    db.limits.attach = 0;
  },
  'asks where the database is': ({ db }) => db.location(),
  'allows dangerous writes': ({ db }) => db.enableDefensive(false),
};

const CHILDREN = {
  'runs another statement': ({ idle }) => idle.all().length,
  'closes another statement': ({ idle }) => idle.close(),
  'disposes of another statement': ({ idle }) => idle[Symbol.dispose](),
  'leaves another iterator half way': ({ idle }) => idle.iterate().next().value.b,
  'creates a session': ({ db }) => typeof db.createSession(),
  'takes a changeset': ({ session }) => session.changeset().length > 0,
  'closes a session': ({ session }) => session.close(),
  'disposes of a session': ({ session }) => session[Symbol.dispose](),
  'applies a changeset': ({ db, changeset }) => db.applyChangeset(changeset),
  'runs a tag store': ({ store }) => store.get`SELECT ${1} AS one`.one,
  'clears a tag store': ({ store }) => store.clear(),
  'closes the database in another callback': ({ db }) => {
    db.function('nested', () => db.close());
    return db.prepare('SELECT nested()').get();
  },
};

/** Not where it would be a race who holds the lock of the database first. */
const BACKUP = {
  'starts a backup': ({ db, tools, later }) => {
    const promise = tools.load().backup(db, tools.newFile());
    later.push(promise);
    return typeof promise.then;
  },
};

const RUNNING = {
  'gets of the running statement': ({ running }) => running.get(),
  'asks the running statement for all': ({ running }) => running.all(),
  'runs the running statement': ({ running }) => running.run(),
  'iterates over the running statement': ({ running }) => running.iterate().next(),
  'closes the running statement': ({ running }) => running.close(),
  'disposes of the running statement': ({ running }) => running[Symbol.dispose](),
  'reads about the running statement': ({ running }) => [
    running.columns().length,
    running.sourceSQL.length > 0,
    running.expandedSQL.length > 0,
    typeof running.stat('run'),
    running.resetStats(),
  ],
  'changes how the running statement reads': ({ running }) => {
    running.setReturnArrays(true);
    running.setReadBigInts(true);
  },
};

const ROWS = {
  'asks the running iterator for its next': ({ rows }) => rows.next(),
  'returns the running iterator': ({ rows }) => rows.return(),
};

const AGAIN = { 'runs the same tag again': ({ again }) => again() };

/** The misuses for a callback with these properties. */
function misusesFor({ running, rows, again, exclusive }) {
  return {
    ...DATABASE,
    ...CHILDREN,
    ...(!exclusive && BACKUP),
    ...(running && RUNNING),
    ...(rows && ROWS),
    ...(again && AGAIN),
  };
}

module.exports = { misusesFor };
