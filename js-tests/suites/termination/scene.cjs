'use strict';
// A worker that leaves everything open: committed rows, a transaction with rows that nobody has
// committed, a statement, an iterator half way. Then it ends, or waits for its end, as it is told.

/** Rows 1 to 5 are committed, 100 to 104 are not. */
function leaveOpen(db, journal) {
  db.exec(
    `PRAGMA journal_mode=${journal}; CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, b)`,
  );
  db.exec('INSERT INTO t VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)');
  const iterator = db.prepare('SELECT id FROM t ORDER BY id').iterate();
  iterator.next();
  db.exec('BEGIN IMMEDIATE');
  const insert = db.prepare('INSERT INTO t VALUES (?, 0)');
  for (let id = 100; id < 105; id += 1) insert.run(id);
  return { iterator, insert };
}

/** Rows without end: a native call on this ends only when it is interrupted. */
const ENDLESS = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)';

/** What the worker does once all is open; `arrive` says that it is about to. */
const ENDINGS = {
  returns: (_tools, { arrive }) => arrive(),
  'calls process.exit': (_tools, { arrive }) => {
    arrive();
    process.exit(7);
  },
  throws: (_tools, { arrive }) => {
    arrive();
    throw new RangeError('thrown on purpose');
  },
  rejects: async (_tools, { arrive }) => {
    arrive();
    await Promise.reject(new RangeError('rejected on purpose'));
  },
  'throws in a callback': (_tools, { arrive }) => {
    setImmediate(() => {
      arrive();
      throw new RangeError('thrown in a callback');
    });
  },
  'is idle': ({ onMessage }, { arrive }) => {
    onMessage(() => {});
    arrive();
  },
  'is parked': ({ gate, block, data }, { arrive }) => {
    arrive();
    block(gate(data.memory), 1, 1);
  },
  iterates: (_tools, { db, arrive }) => {
    const rows = db.prepare(`${ENDLESS} SELECT n FROM c`).iterate();
    let sum = 0;
    for (const { n } of rows) {
      sum += n;
      if (n === 1000) arrive();
    }
    throw new Error(`endless rows ended with ${sum}`);
  },
  'runs short queries': (_tools, { db, arrive }) => {
    const query = db.prepare(`${ENDLESS} SELECT count(*) AS n FROM (SELECT n FROM c LIMIT 20000)`);
    query.get();
    arrive();
    while (query.get().n === 20000);
    throw new Error('a query gave a wrong count');
  },
  'runs an endless query': (_tools, { db, arrive }) => {
    arrive();
    db.prepare(`${ENDLESS} SELECT count(*) FROM c`).get();
    throw new Error('an endless query ended');
  },
  'writes in an endless query': (_tools, { db, arrive }) => {
    // Few pages stay in memory, so the file grows, which tells the test that the call is running. The
    // rows end soon, the call does not.
    db.exec('PRAGMA cache_size=10; PRAGMA cache_spill=1');
    arrive();
    db.exec(
      `${ENDLESS} INSERT INTO t SELECT n + 1000, zeroblob(1000) FROM c WHERE n < 2000 OR n < 0`,
    );
    throw new Error('an endless statement ended');
  },
};

module.exports = function scene(tools) {
  const { data, gate, open } = tools;
  const db = open(data.file);
  const left = leaveOpen(db, data.journal ?? 'delete');
  const arrive = () => gate(data.memory).arrive(0);
  // Kept for the life of the thread: nothing may be collected before the end.
  globalThis.kept = { db, left };
  return ENDINGS[data.ending](tools, { db, arrive });
};
