'use strict';
// An authorizer that ignores one question of sessions after the other, and allows all else. A session asks
// for the columns of a table twice, the first time to see how much memory they take.

const { doing } = require('./doing.cjs');

/** With names that take far more memory than none. */
const COLUMNS = Array.from({ length: 30 }, (_, index) => `${'column_'.repeat(20)}${index}`);
const SCHEMA = `CREATE TABLE wide(id INTEGER PRIMARY KEY, ${COLUMNS.join(', ')});
  INSERT INTO wide(id) VALUES (1), (2)`;
const IGNORE = 2;
const OK = 0;

/** What a call gave, or the code of its error, which has to be SQLite's. */
function attempt(call, check) {
  try {
    return call() ?? null;
  } catch (error) {
    check.same(error.code, 'ERR_SQLITE_ERROR', error.message);
    return error.errcode;
  }
}

/** Records, reads and applies changes, with the question of that number ignored. How many there were. */
function ignore(at, { open, check }) {
  let asked = 0;
  const authorizer = () => {
    asked += 1;
    return asked - 1 === at ? IGNORE : OK;
  };
  const [source, destination] = [open(':memory:'), open(':memory:')];
  source.exec(SCHEMA);
  destination.exec(SCHEMA);
  const session = source.createSession();
  source.setAuthorizer(authorizer);
  destination.setAuthorizer(authorizer);
  const change = `INSERT INTO wide(id) VALUES (3); DELETE FROM wide WHERE id = 1;
    UPDATE wide SET ${COLUMNS[1]} = 5 WHERE id = 2`;
  const outcomes = [attempt(() => source.exec(change), check)];
  // What was recorded before is given values of the new column by a statement of the session's.
  for (const db of [source, destination]) {
    outcomes.push(attempt(() => db.exec("ALTER TABLE wide ADD COLUMN more DEFAULT 'more'"), check));
  }
  outcomes.push(attempt(() => source.exec('INSERT INTO wide(id) VALUES (4)'), check));
  for (const read of ['changeset', 'patchset']) {
    const changes = attempt(() => session[read](), check);
    if (typeof changes === 'number') {
      outcomes.push(changes);
    } else {
      const applied = attempt(
        () => destination.applyChangeset(changes, { onConflict: () => 0 }),
        check,
      );
      outcomes.push(changes.length, applied);
    }
  }
  for (const db of [source, destination]) {
    db.setAuthorizer(null);
    check.same(db.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
    db.close();
  }
  return { asked, outcomes };
}

module.exports = function ignored(tools) {
  const { asked, outcomes } = ignore(-1, tools);
  tools.check.ok(asked > 100, `${asked} questions`);
  const found = [outcomes];
  for (let at = 0; at < asked; at += 1) {
    doing(`question ${at} of ${asked}`);
    found.push(ignore(at, tools).outcomes);
  }
  return found;
};
