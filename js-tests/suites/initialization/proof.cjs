'use strict';
// That a copy of the module is whole and belongs to the thread that loaded it. The oracle is
// identity: an object of another thread's class is no instance of this one's.

/** Uses the module in this thread; gives what every thread must give alike. */
module.exports = function proof({ check }, module) {
  const { DatabaseSync, StatementSync } = module;
  const db = new DatabaseSync(':memory:');
  check.ok(db instanceof DatabaseSync, 'a database is an instance of its own class');
  check.same(Object.getPrototypeOf(db) === DatabaseSync.prototype, true, 'own prototype');
  db.exec('CREATE TABLE t(a INTEGER)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  check.ok(insert instanceof StatementSync, 'a statement is an instance of its own class');
  for (let a = 1; a <= 10; a += 1) insert.run(a);
  check.same(db.prepare('SELECT sum(a) AS s FROM t').get().s, 55);
  check.same([...db.prepare('SELECT a FROM t').iterate()].length, 10);
  db.close();
  check.throws(() => db.exec('SELECT 1'), { name: 'Error', code: 'ERR_INVALID_STATE' });
  return Object.keys(module).sort().join();
};
