'use strict';
// Objects that are dropped in every order, and collected; and children that are all that is left.

const { Collector, gc } = require('./collect.cjs');
const { doing, withFiles } = require('./doing.cjs');

const SCHEMA = 'CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)';

/** Makes the family; each member is reached by its own key only. */
function family(tools) {
  const db = tools.open(':memory:');
  db.exec(SCHEMA);
  db.function('one', () => 1);
  db.aggregate('total', { start: 0, step: (sum, value) => sum + value });
  const statement = db.prepare('SELECT a + one() AS a FROM t');
  const iterator = db.prepare('SELECT a FROM t').iterate();
  iterator.next();
  const session = db.createSession();
  db.exec('INSERT INTO t VALUES (4)');
  const store = db.createTagStore();
  store.get`SELECT 1`;
  return { db, statement, iterator, session, store };
}

function permutations(list) {
  if (list.length < 2) return [list];
  return list.flatMap((one, index) =>
    permutations(list.toSpliced?.(index, 1) ?? list.filter((other) => other !== one)).map(
      (rest) => [one, ...rest],
    ),
  );
}

/** Drops the members one by one in this order, with a collection after each. */
function dropInOrder(tools, collector, order) {
  const members = family(tools);
  for (const [name, member] of Object.entries(members)) {
    collector.watch(`${name} of ${order.join()}`, member);
  }
  for (const name of order) {
    delete members[name];
    gc();
  }
}

/** In a frame of its own: a variable of a caller that waits would hold the last of them. */
function forget(collector, members) {
  for (const [name, member] of Object.entries(members)) {
    collector.watch(name, member);
    delete members[name];
  }
}

/** All orders of five: each member is dropped before and after each other. */
async function everyOrder(tools) {
  const orders = permutations(['db', 'statement', 'iterator', 'session', 'store']);
  const collector = new Collector();
  // Every fifth keeps it cheap, and every member still is first, last and between.
  const chosen = orders.filter((_order, index) => index % 5 === 0);
  for (const order of chosen) {
    doing(order.join());
    dropInOrder(tools, collector, order);
  }
  await collector.collected();
  return chosen.length;
}

/** The child is all that is left of a family, when the collector has run; then it is used. */
const ALONE = {
  statement: (child, check) => check.same(child.all().length, 4),
  iterator: (child, check) => check.same([...child].length, 3),
  session: (child, check) => check.ok(child.changeset().length > 0),
  store: (child, check) => {
    check.same(child.get`SELECT ${2} AS two`, { two: 2 });
    check.same(child.db.isOpen, true);
  },
};

async function keptAlive(tools) {
  for (const [name, use] of Object.entries(ALONE)) {
    doing(`${name} alone`);
    const collector = new Collector();
    // In a function of its own, so that no frame of this one holds the rest of the family.
    const child = (() => {
      const { [name]: only, ...others } = family(tools);
      delete others.db;
      // Whether the database's own object goes is the module's business: a tag store has it.
      forget(collector, others);
      return only;
    })();
    await collector.collected();
    use(child, tools.check);
  }
}

/** The family is alive, and its database is closed: the children say so, whatever holds whom. */
async function explicitClose(tools) {
  const { check } = tools;
  const state = { name: 'Error', code: 'ERR_INVALID_STATE' };
  const { db, ...children } = family(tools);
  db.close();
  check.same(db.isOpen, false);
  check.throws(() => children.statement.all(), state);
  check.throws(() => children.iterator.next(), state);
  check.throws(() => children.session.changeset(), state);
  check.throws(() => children.session.close(), state);
  check.throws(() => children.store.get`SELECT 1`, state);
  // What they leave behind is collected without their database.
  const collector = new Collector();
  forget(collector, children);
  await collector.collected();
  db.open();
  check.same(db.prepare('SELECT 1 AS one').get(), { one: 1 });
  db.close();
}

/** A statement is collected while an iterator of it is half way, and goes on. */
async function halfWay(tools) {
  const collector = new Collector();
  const rows = (() => {
    const db = collector.watch('db', tools.open(':memory:'));
    db.exec(SCHEMA);
    const statement = collector.watch('statement', db.prepare('SELECT a FROM t ORDER BY a'));
    return { iterator: statement.iterate() };
  })();
  gc();
  const seen = [];
  for (const { a } of rows.iterator) {
    seen.push(a);
    gc();
  }
  tools.check.same(seen, [1, 2, 3]);
  delete rows.iterator;
  await collector.collected();
}

/** Functions, aggregates, authorizers and their values go with their database. */
async function closures(tools) {
  const collector = new Collector();
  (() => {
    const db = tools.open(':memory:');
    const held = (name) => collector.watch(name, {});
    const [f, g, start, auth] = ['function', 'replaced function', 'start', 'authorizer'].map(held);
    db.function('f', () => (g ? 1 : 2));
    db.function('f', () => (f ? 1 : 2));
    db.aggregate('agg', { start, step: (sum, _value) => sum, result: () => (start ? 1 : 2) });
    db.setAuthorizer(() => (auth ? 0 : 1));
    tools.check.same(db.prepare('SELECT f() AS f, agg(1) AS agg').get(), { f: 1, agg: 1 });
    db.close();
  })();
  await collector.collected();
}

const PARTS = { everyOrder, keptAlive, explicitClose, halfWay, closures };

module.exports = async function lifetimes(plain) {
  const tools = withFiles(plain);
  return (await PARTS[tools.data.part](tools)) ?? null;
};
