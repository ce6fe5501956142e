'use strict';
// Objects of one class that look like another: made with another `new.target`, with a prototype that was
// replaced, or by a subclass. Their native part stays what it is.

const { subjects, unharmed } = require('../subjects.cjs');

const ILLEGAL = { name: 'TypeError', message: /Illegal invocation/ };

module.exports = function disguised(tools) {
  const { check } = tools;
  const { DatabaseSync, StatementSync, Session } = tools.load();
  const subject = subjects(tools);
  const construct = { name: 'TypeError', code: 'ERR_CONSTRUCT_CALL_REQUIRED' };
  check.throws(() => DatabaseSync(':memory:'), construct);
  check.throws(() => DatabaseSync.call(subject.db, ':memory:'), construct);
  const illegal = { name: 'Error', code: 'ERR_ILLEGAL_CONSTRUCTOR' };
  const SQLTagStore = subject.store.constructor;
  for (const type of [StatementSync, Session, SQLTagStore]) {
    check.throws(() => new type(), illegal, type.name);
    check.throws(() => new type(subject.db, 'SELECT 1'), illegal, type.name);
    check.throws(() => Reflect.construct(type, [], DatabaseSync), illegal, type.name);
    check.throws(() => new (class extends type {})(), illegal, type.name);
  }
  // A database by its native part, a statement by its prototype.
  const odd = Reflect.construct(DatabaseSync, [':memory:'], StatementSync);
  check.ok(odd instanceof StatementSync);
  check.throws(() => odd.get(), ILLEGAL);
  check.throws(() => odd.close(), ILLEGAL);
  check.same(DatabaseSync.prototype.prepare.call(odd, 'SELECT 4 AS four').get(), { four: 4 });
  DatabaseSync.prototype.close.call(odd);

  const turned = subject.db.prepare('SELECT 1');
  Object.setPrototypeOf(turned, DatabaseSync.prototype);
  check.throws(() => turned.exec('SELECT 1'), ILLEGAL);
  check.throws(() => turned.createSession(), ILLEGAL);
  check.throws(() => turned[Symbol.dispose](), ILLEGAL);
  check.same(Reflect.ownKeys(StatementSync.prototype.get.call(turned)), ['1']);

  class Mine extends DatabaseSync {
    constructor() {
      super(':memory:');
      this.extra = 1;
    }
  }
  const mine = new Mine();
  check.same(mine.prepare('SELECT 5 AS five').get().five, 5);
  mine.close();
  class Lazy extends DatabaseSync {
    constructor() {
      return Object.create(Lazy.prototype);
    }
  }
  check.throws(() => new Lazy().exec('SELECT 1'), ILLEGAL);
  check.same(subject.idle.all().length, 3);
  check.same(unharmed(subject), 'open');
};
