'use strict';
// Objects to be misused: one of each kind, alive.

/** A database with a statement and an iterator that is not finished; `close` ends them. */
exports.subjects = function subjects({ open }) {
  const db = open(':memory:');
  db.exec('CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1), (2), (3)');
  const statement = db.prepare('SELECT a FROM t ORDER BY a');
  const iterator = db.prepare('SELECT a FROM t ORDER BY a').iterate();
  iterator.next();
  return { db, statement, iterator, close: () => db.close() };
};

/** That the objects still work, whatever was tried on them. */
exports.unharmed = function unharmed({ check }, { db, statement, iterator }) {
  check.same(statement.all(), [{ a: 1 }, { a: 2 }, { a: 3 }]);
  check.same(iterator.next().value, { a: 2 });
  check.same(db.isOpen, true);
};

/** Every method of a prototype but its constructor; those named by symbols if asked for. */
exports.methodsOf = function methodsOf(prototype, symbols) {
  return Reflect.ownKeys(prototype)
    .filter((key) => key !== 'constructor' && (symbols || typeof key === 'string'))
    .map((key) => [String(key), Object.getOwnPropertyDescriptor(prototype, key).value])
    .filter(([, method]) => typeof method === 'function');
};
