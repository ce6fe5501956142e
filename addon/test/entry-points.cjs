'use strict';

/** Every entry point that takes a handle, with arguments that would otherwise do. */

const OF_DATABASE = [
  ['dbExec', 'select 1'],
  ['dbPrepare', 'select 1', 0],
  ['dbLocation', 'main'],
  ['dbInTransaction'],
  ['dbLimit', 0, -1],
  ['dbFunction', 'f', () => {}, 0, 0],
  ['dbAggregate', 'f', [() => {}, () => {}, undefined, () => {}, () => {}], 0, 0],
  ['dbModule', 'm', [() => {}, () => {}, () => {}], 'create table x(a)', '-', 0],
  ['dbAuthorizer', undefined],
  ['dbProfile', undefined],
  ['dbToken', new Int32Array(1)],
  ['dbSerialize', 'main'],
  ['dbDeserialize', new Uint8Array(1), 'main'],
  ['dbConfigure', 1, 1],
  ['dbLoadExtension', '/none'],
  ['dbInCallback'],
  ['dbSession', 'main', undefined],
  ['dbApply', new Uint8Array(0), () => 0, undefined],
  ['backupStart', ':memory:', 'main', 'main'],
  ['dbClose'],
];
const OF_SESSION = [['sessionChanges', 0], ['sessionClose']];
const OF_BACKUP = [
  ['backupStep', 1, () => {}],
  ['backupFinish', 0],
];
const OF_STATEMENT = [
  ['stmtRun', 0],
  ['stmtGet', 0],
  ['stmtAll', 0],
  ['stmtMore'],
  ['stmtStart', 0],
  ['stmtNext'],
  ['stmtReset'],
  ['stmtRewind'],
  ['stmtIdle'],
  ['stmtDeadline', -1],
  ['stmtStatus', 6, 0],
  ['stmtBigInts', 1],
  ['stmtColumnNames'],
  ['stmtColumns'],
  ['stmtParameterNames'],
  ['stmtSql'],
  ['stmtExpandedSql'],
  ['stmtFinalize'],
];
const BY_KIND = {
  database: OF_DATABASE,
  statement: OF_STATEMENT,
  session: OF_SESSION,
  backup: OF_BACKUP,
};
const NO_HANDLE = ['init', 'code', 'keepCode', 'takeFailure', 'dbOpen', 'sqliteVersion', 'usage'];

module.exports = { BY_KIND, NO_HANDLE };
