'use strict';
// backup() of everything that is no database. node:sqlite of Node 26.10 ends the process with most of these.

const { subjects, unharmed } = require('../subjects.cjs');
const { doing, withFiles } = require('./doing.cjs');

module.exports = async function noDatabase(plain) {
  const tools = withFiles(plain);
  const { DatabaseSync, backup } = tools.load();
  const subject = subjects(tools);
  const sources = {
    undefined,
    null: null,
    'a number': 1,
    'a string': ':memory:',
    'a plain object': {},
    'an array': [],
    'a function': () => {},
    'a date': new Date(0),
    'a buffer': new Uint8Array(64),
    'a statement': subject.idle,
    'a session': subject.session,
    'a tag store': subject.store,
    limits: subject.db.limits,
    'the prototype': DatabaseSync.prototype,
    'an heir of the prototype': Object.create(DatabaseSync.prototype),
    'an heir of a database': Object.create(subject.db),
    'a Proxy of a database': new Proxy(subject.db, {}),
  };
  for (const [name, source] of Object.entries(sources)) {
    doing(`backup of ${name}`);
    const attempt = () => backup(source, tools.newFile());
    tools.check.throws(attempt, { name: 'TypeError' }, name);
  }
  tools.check.same(await backup(subject.db, tools.newFile()), 2);
  tools.check.same(unharmed(subject), 'open');
};
