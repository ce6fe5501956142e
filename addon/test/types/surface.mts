/** All of the package's types in use, each with what they must refuse. Compiled, never run. */
import sqlite, {
  backup,
  constants,
  Database,
  DatabaseSync,
  Session,
  Statement,
  StatementSync,
  type DatabaseSyncOptions,
  type ModuleOptions,
  type QueryMessage,
  type SQLiteError,
  type SQLOutputValue,
  type SQLResultValue,
  type SQLRow,
  type StatementSyncIterator,
} from '@threadproof/sqlite';
import { type, type Equal } from './equal.mjs';

const db = new DatabaseSync(':memory:');

// Paths and options.
new DatabaseSync(new Uint8Array(1));
new DatabaseSync(new URL('file:///a'), {});
// @ts-expect-error a number is no path
new DatabaseSync(1);
// @ts-expect-error a path is needed
new DatabaseSync();
// @ts-expect-error null is not left out
new DatabaseSync('a', null);
// @ts-expect-error not a boolean
new DatabaseSync('a', { readOnly: 1 });
// @ts-expect-error a misspelled option
new DatabaseSync('a', { readonly: true });
// @ts-expect-error no such limit
new DatabaseSync('a', { limits: { lenght: 1 } });
// @ts-expect-error made with new
DatabaseSync(':memory:');
const explicit: DatabaseSyncOptions = { timeout: undefined };

// Made by methods, not by new.
// @ts-expect-error private
new StatementSync();
// @ts-expect-error private
new Session();
// @ts-expect-error private
class Extended extends StatementSync {}

// The coming names are the same classes, as values and as types.
export const aliases: [
  Equal<typeof Database, typeof DatabaseSync>,
  Equal<typeof Statement, typeof StatementSync>,
  Equal<Database, DatabaseSync>,
  Equal<Statement, StatementSync>,
] = [true, true, true, true];
export const namespaced: Equal<typeof sqlite.DatabaseSync, typeof DatabaseSync> = true;

// State.
type<boolean>()(db.isOpen, true);
type<boolean>()(db.isTransaction, true);
type<string | null>()(db.location('main'), true);
db.limits.length = Infinity;
// @ts-expect-error the object stays, its properties change
db.limits = {};
// @ts-expect-error read only
db.isOpen = false;
// @ts-expect-error null is not left out
db.location(null);

// Statements.
const statement = db.prepare('select 1', { persistent: true });
type<StatementSync>()(statement, true);
// @ts-expect-error not an option
db.prepare('select 1', { persist: true });
type<SQLRow | undefined>()(statement.get(1, 1n, 'a', null, undefined, true), true);
type<SQLRow | undefined>()(statement.get({ $a: 1, b: new ArrayBuffer(1) }, 2), true);
type<SQLRow[]>()(statement.all(new SharedArrayBuffer(1), new DataView(new ArrayBuffer(1))), true);
type<SQLRow[]>()(statement.all({ a: true }), true);
type<number | bigint>()(statement.run({}, 1).changes, true);
type<StatementSyncIterator>()(statement.iterate(), true);
type<StatementSyncIterator>()(statement.iterate({ a: 1 }, 2), true);
// @ts-expect-error a function cannot be bound
statement.run(() => 1);
// @ts-expect-error nor a symbol
statement.get(Symbol.iterator);
// @ts-expect-error nor an object as a value
statement.all({ a: { b: 1 } });
// @ts-expect-error named parameters come first
statement.all(1, { a: 1 });
for (const row of statement.iterate()) type<SQLRow>()(row, true);
type<IteratorResult<SQLRow, undefined>>()(statement.iterate().return(), true);
type<number>()(statement.stat('fullscanStep'), true);
// @ts-expect-error no such counter
statement.stat('steps');
statement.resetStats();
statement.close();
statement[Symbol.dispose]();
type<string | null>()(statement.columns()[0]!.table, true);
type<string>()(statement.columns()[0]!.name, true);

// Functions.
db.function('f', () => {});
db.function('f', (a) => (typeof a === 'bigint' ? a : new ArrayBuffer(1)));
db.function('f', { useBigIntArguments: true, varargs: true }, (...all) => all.length);
// @ts-expect-error a boolean is no result
db.function('f', () => true);
// @ts-expect-error nor is a promise
db.function('f', async () => 1);
// @ts-expect-error nor an object
db.function('f', () => ({}));
// @ts-expect-error a function is needed
db.function('f', { varargs: true });
// @ts-expect-error options come first
db.function('f', () => 1, { varargs: true });
// @ts-expect-error not an option
db.function('f', { variadic: true }, () => 1);

// Aggregates: the state is of any type if there is a result, else it is the result.
db.aggregate('a', { start: 0, step: (sum, value) => Number(sum) + Number(value) });
db.aggregate('a', { start: 0, step: (sum: number, value) => sum + Number(value) });
db.aggregate('a', {
  start: () => new Set<SQLOutputValue>(),
  step: (set: Set<SQLOutputValue>, value) => set.add(value),
  result: (set) => set.size,
});
db.aggregate<number[]>('a', {
  start: () => [],
  step: (all, value) => [...all, Number(value)],
  inverse: (all) => all.slice(1),
  result: (all) => all.join(),
});
// @ts-expect-error a Set is no result
db.aggregate<Set<number>>('a', { start: () => new Set(), step: (set) => set });
// @ts-expect-error a step is needed
db.aggregate('a', { start: 0 });
// @ts-expect-error a start is needed
db.aggregate('a', { step: () => 1 });

// Virtual tables.
const series: ModuleOptions = {
  columns: [
    { name: 'value', type: 'INTEGER' },
    { name: 'start', type: 'INTEGER', hidden: true },
  ],
  *rows(start, stop) {
    type<SQLOutputValue | undefined>()(start, true);
    for (let i = Number(start); i < Number(stop ?? 1); i++) yield [i];
  },
  directOnly: true,
  useBigIntArguments: true,
};
db.createModule('series', series);
db.createModule('fixed', { columns: [{ name: 'a', type: 'ANY' }], rows: () => [[null], ['a']] });
// @ts-expect-error no such type
db.createModule('m', { columns: [{ name: 'a', type: 'NUMBER' }], rows: () => [] });
// @ts-expect-error columns are needed
db.createModule('m', { rows: () => [] });
// @ts-expect-error rows are arrays
db.createModule('m', { columns: [{ name: 'a', type: 'ANY' }], rows: () => [{ a: 1 }] });
// @ts-expect-error rows do not come later
db.createModule('m', { columns: [{ name: 'a', type: 'ANY' }], rows: async () => [[1]] });
// @ts-expect-error a boolean is no cell
db.createModule('m', { columns: [{ name: 'a', type: 'ANY' }], rows: () => [[true]] });

// Authorizers.
db.setAuthorizer(null);
db.setAuthorizer((action, table) => (action === constants.SQLITE_READ && table ? 1 : 0));
// @ts-expect-error an answer is needed
db.setAuthorizer(() => {});
// @ts-expect-error null, not undefined
db.setAuthorizer(undefined);

// Sessions and copies.
const session = db.createSession({ table: 'a' });
type<Session>()(session, true);
type<Uint8Array<ArrayBuffer>>()(session.patchset(), true);
type<boolean>()(db.applyChangeset(session.changeset(), { filter: (name) => name === 'a' }), true);
// @ts-expect-error a conflict is answered by a number
db.applyChangeset(new Uint8Array(), { onConflict: () => 'abort' });
// @ts-expect-error not bytes
db.applyChangeset('changes');
session[Symbol.dispose]();
db.deserialize(db.serialize(), { dbName: 'main' });
// @ts-expect-error not bytes
db.deserialize('bytes');
type<Promise<number>>()(backup(db, 'a', { rate: 5, progress: (info) => info.totalPages }), true);
// @ts-expect-error a path is needed
backup(db);

// Tag stores.
const store = db.createTagStore();
type<SQLRow | undefined>()(store.get`select ${1}`, true);
type<SQLRow[]>()(store.all(['select 1']), true);
for (const row of store.iterate`select 1`) type<SQLRow>()(row, true);
type<DatabaseSync>()(store.db, true);
// @ts-expect-error an object cannot be bound
store.run`select ${{ a: 1 }}`;

// Extensions and constants.
db.enableLoadExtension(true);
db.loadExtension('./a');
db.enableDefensive(false);
type<number>()(constants.SQLITE_CHANGESET_CONSTRAINT, true);
// @ts-expect-error read only
constants.SQLITE_OK = 1;

// Errors and messages.
export function describe(error: SQLiteError, message: QueryMessage): string {
  return error.code === 'ERR_DEADLINE_EXCEEDED'
    ? `${error.errcode} ${error.errstr}`
    : `${message.sql} ${message.database.isOpen} ${message.duration / 1e6}`;
}

// Subclasses.
class Library extends DatabaseSync {
  override prepare(sql: string): StatementSync {
    return super.prepare(sql, { returnArrays: true });
  }
}
{
  using library: DatabaseSync = new Library(':memory:');
  library.close();
}
export const value: SQLResultValue = null;
export { explicit, Extended };
