'use strict';
// Callbacks that SQLite calls while a statement is stepped: functions and aggregates.

const sql = (text) => (subject) => {
  const running = subject.db.prepare(text);
  return { running, go: () => running.all().length };
};

/**
 * An aggregate whose `part` is the callback, and that has what else is needed for it: `inverse` makes
 * it one for windows.
 */
const aggregate = (part, text) => ({
  set(subject, act) {
    const start = () => 0;
    // Their number of parameters says how many arguments the function takes.
    const step = (sum, _value) => sum + 1;
    const inverse = part === 'inverse' ? (sum, _value) => sum - 1 : undefined;
    const parts = { start, step, ...(inverse && { inverse }) };
    const plain = parts[part] ?? ((sum) => sum);
    parts[part] = (sum, _value) => {
      act();
      return plain(sum);
    };
    subject.db.aggregate('acting', parts);
    return sql(text)(subject);
  },
});

const GROUPS = 'SELECT acting(b) AS v FROM t GROUP BY a';

module.exports = {
  'a function': {
    set(subject, act) {
      subject.db.function('acting', () => act() ?? 1);
      return sql('SELECT acting() AS v, a FROM t')(subject);
    },
  },
  'a function in exec()': {
    set(subject, act) {
      subject.db.function('acting', () => act() ?? 1);
      return { go: () => subject.db.exec('SELECT acting() FROM t; SELECT 2') };
    },
  },
  'a function in an INSERT of run()': {
    set(subject, act) {
      subject.db.function('acting', () => act() ?? 1);
      const running = subject.db.prepare('INSERT INTO t SELECT a + 10, acting() FROM t');
      return { running, go: () => running.run().changes };
    },
  },
  'a function under an iterator': {
    set(subject, act) {
      subject.db.function('acting', () => act() ?? 1);
      const running = subject.db.prepare('SELECT acting() AS v FROM t');
      const rows = running.iterate();
      return { running, rows, go: () => [...rows].length };
    },
  },
  'a function under a tag store': {
    set(subject, act) {
      subject.db.function('acting', () => act() ?? 1);
      const again = () => subject.store.all`SELECT acting() AS v FROM t`;
      return { again, go: () => again().length };
    },
  },
  "an aggregate's start": aggregate('start', GROUPS),
  "an aggregate's step": aggregate('step', GROUPS),
  "an aggregate's result": aggregate('result', GROUPS),
  "an aggregate's inverse": aggregate(
    'inverse',
    'SELECT acting(b) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS v FROM t',
  ),
};
