'use strict';
// The longest strings that JavaScript can have: of two bytes a character they are longer than SQLite takes.

const { subjects, unharmed } = require('../../robustness/subjects.cjs');
const { doing } = require('../../robustness/scenes/doing.cjs');

const LENGTH = require('node:buffer').constants.MAX_STRING_LENGTH;
const TOO_BIG = { name: 'Error', code: 'ERR_SQLITE_ERROR', errcode: 18 };

const WAYS = {
  'a parameter': ({ db }, text) => db.prepare('SELECT length(?) AS n').get(text),
  SQL: ({ db }, text) => db.exec(`SELECT 1 --${text.slice(12)}`),
  'the result of a function'({ db }, text) {
    db.function('give', () => text);
    return db.prepare('SELECT length(give()) AS n').get();
  },
};

/** A name of one byte a character is not too long: it is the name of the row's property. */
function name({ db }, check) {
  const text = 'x'.repeat(LENGTH - 100);
  const statement = db.prepare(`SELECT 1 AS "${text}"`);
  check.ok(Object.keys(statement.get())[0] === text, 'the name is another');
  check.ok(statement.columns()[0].name === text, 'the name is another in columns()');
}

module.exports = function hugeText(tools) {
  const { check, data } = tools;
  const subject = subjects(tools);
  if (data.way === 'a name') return name(subject, check);
  doing(`text of ${LENGTH} characters as ${data.way}`);
  check.throws(() => WAYS[data.way](subject, '\u00e9'.repeat(LENGTH)), TOO_BIG, data.way);
  check.same(subject.idle.all().length, 3);
  check.same(unharmed(subject), 'open');
};

module.exports.WAYS = Object.keys(WAYS);
