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
const session = call('dbSession', database, 'main', undefined).value;
const source = call('dbOpen', ':memory:', 2, 0).value;
const backup = call('backupStart', source, ':memory:', 'main', 'main').value;

parentPort.once('message', () => {
  let left = 0;
  for (;;) {
    call('stmtNext', statement);
    if (rows() === 0) break;
    left++;
  }
  const inTransaction = call('dbInTransaction', database).value;
  const unharmed = [
    call('sessionClose', session),
    call('backupFinish', backup, 0),
    call('dbClose', database),
  ];
  const closed = unharmed.every(({ failure }) => failure === undefined);
  parentPort.postMessage({ rows: left, inTransaction, closed });
});
const expose = (handle) => call('misuseExpose', handle).value;
parentPort.postMessage({
  threadId,
  database: expose(database),
  statement: expose(statement),
  session: expose(session),
  backup: expose(backup),
});
