'use strict';
// A worker that initialises the module several times in its env. Each copy must give objects of its own
// class, also when the copies take turns: state that the binary keeps in a static would give the
// newest copy's class to all of them.
const proof = require('./proof.cjs');

module.exports = function again(tools) {
  const { adapter, check, data } = tools;
  const copies = [tools.load()];
  for (const way of data.ways) copies.push(adapter.initAgain(way, data.dir));
  const keys = new Set(copies.map((module) => proof(tools, module)));
  check.same(keys.size, 1, 'each copy has the same exports');

  const opened = copies.map(({ DatabaseSync }) => new DatabaseSync(':memory:'));
  const statements = opened.map((db, index) => db.prepare(`SELECT ${index} AS copy`));
  for (const [index, module] of copies.entries()) {
    check.ok(opened[index] instanceof module.DatabaseSync, `database of copy ${index}`);
    check.ok(statements[index] instanceof module.StatementSync, `statement of copy ${index}`);
    check.same(statements[index].get().copy, index);
    for (const [other, { DatabaseSync }] of copies.entries()) {
      if (other === index || DatabaseSync === module.DatabaseSync) continue;
      check.ok(!(opened[other] instanceof module.DatabaseSync), `${other} is not of ${index}`);
    }
  }
  check.same(new Set(copies.map(({ DatabaseSync }) => DatabaseSync)).size, copies.length);
  for (const db of opened) db.close();
  return copies.length;
};
