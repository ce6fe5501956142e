'use strict';

/** Gives its handles away, and shows afterwards that they are unharmed. */

const { parentPort, threadId } = require('node:worker_threads');
const { openNative } = require('./native.cjs');

const { call, arena } = openNative();
const ROWS = 1;
const rows = () => new Int32Array(arena)[ROWS];
const database = call('dbOpen', ':memory:', 2, 0).value;
call('dbExec', database, 'create table t(a); insert into t values (1), (2), (3), (4); begin');
const statement = call('dbPrepare', database, 'select a from t', 0).value;
call('stmtStart', statement, 0);
call('stmtNext', statement);

parentPort.once('message', () => {
  let left = 0;
  for (;;) {
    call('stmtNext', statement);
    if (rows() === 0) break;
    left++;
  }
  const inTransaction = call('dbInTransaction', database).value;
  const closed = call('dbClose', database).failure === undefined;
  parentPort.postMessage({ rows: left, inTransaction, closed });
});
parentPort.postMessage({
  threadId,
  database: call('misuseExpose', database).value,
  statement: call('misuseExpose', statement).value,
});
