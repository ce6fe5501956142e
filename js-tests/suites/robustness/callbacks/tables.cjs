'use strict';
// Virtual tables: rows are made by JavaScript while the statement that reads them is stepped.

const columns = [{ name: 'v', type: 'INTEGER' }];

const table = (makeRows) => ({
  needs: ['virtual-tables'],
  set(subject, act) {
    subject.db.createModule('made', { columns, rows: () => makeRows(act) });
    const running = subject.db.prepare('SELECT v FROM made');
    return { running, go: () => running.all().length };
  },
});

module.exports = {
  "a virtual table's rows()": table((act) => {
    act();
    return [[1], [2], [3]];
  }),
  "a virtual table's generator": table(function* rows(act) {
    yield [1];
    act();
    yield [2];
    yield [3];
  }),
  "a virtual table's row": table((act) => [
    [1],
    [2],
    Object.defineProperty([0], 0, {
      get: () => {
        act();
        return 3;
      },
    }),
  ]),
  "the end of a virtual table's rows": {
    needs: ['virtual-tables'],
    set(subject, act) {
      function* rows() {
        try {
          yield* [[1], [2], [3]];
        } finally {
          act();
        }
      }
      subject.db.createModule('made', { columns, rows });
      const running = subject.db.prepare('SELECT v FROM made LIMIT 2');
      return { running, go: () => running.all().length };
    },
  },
};
