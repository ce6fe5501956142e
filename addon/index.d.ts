/**
 * SQLite for Node with the interface of `node:sqlite`, safe in any number of worker threads.
 *
 * A connection and everything made from it belong to the thread that opened it. Open the database
 * again in each thread that needs it.
 *
 * Names and shapes are those of `@types/node`, so that changing the import is enough. Nothing here
 * needs `@types/node`; TypeScript 5.7 or later does.
 */

/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

/** What can be bound to a parameter. Numbers become REAL, bigints and booleans INTEGER. */
export type SQLInputValue =
  | null
  | undefined
  | number
  | bigint
  | boolean
  | string
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer;

/** What a column holds: bigint only when bigints are asked for. */
export type SQLOutputValue = null | number | bigint | string | Uint8Array<ArrayBuffer>;

/** What a function that SQLite calls may return: booleans are refused, numbers become REAL. */
export type SQLResultValue = Exclude<SQLInputValue, boolean>;

/** A row: its columns by name, on an object without a prototype. */
export type SQLRow = Record<string, SQLOutputValue>;

/** Named parameters, with or without their prefix (`$`, `:`, `@`). */
export type SQLNamedParameters = Record<string, SQLInputValue>;

/** A file by its name, the bytes of its name, or its `file:` URL; or `:memory:`. */
export type DatabasePath = string | Uint8Array | { readonly href: string };

/** What SQLite reports. */
export interface SQLiteError extends Error {
  /** The second when a deadline of `@threadproof/sqlite/extras` ended the execution. */
  code: 'ERR_SQLITE_ERROR' | 'ERR_DEADLINE_EXCEEDED';
  /** Extended result code, <https://sqlite.org/rescode.html>. */
  errcode: number;
  /** What the code means in general. */
  errstr: string;
}

/** The limits of a connection, <https://sqlite.org/c3ref/limit.html>. */
export interface DatabaseLimits {
  /** Bytes of a text, blob or row. */
  length: number;
  /** Bytes of a statement. */
  sqlLength: number;
  /** Columns of a table, index, view or result. */
  column: number;
  /** Depth of an expression. */
  exprDepth: number;
  /** Terms of a compound SELECT. */
  compoundSelect: number;
  /** Instructions of a prepared statement. */
  vdbeOp: number;
  /** Arguments of a function. */
  functionArg: number;
  /** Attached databases. */
  attach: number;
  /** Bytes of a pattern of LIKE or GLOB. */
  likePatternLength: number;
  /** Number of the highest parameter. */
  variableNumber: number;
  /** Depth of triggers. */
  triggerDepth: number;
}

/** How rows are read and parameters are named. */
export interface StatementOptions {
  /** Integers become bigints. Otherwise an integer beyond 2^53 - 1 is an error. Default: false. */
  readBigInts?: boolean | undefined;
  /** Rows are arrays. Default: false. */
  returnArrays?: boolean | undefined;
  /** `{ a: 1 }` binds `$a`, `:a` or `@a`. Default: true. */
  allowBareNamedParameters?: boolean | undefined;
  /** Names that the statement does not have are ignored. Default: false. */
  allowUnknownNamedParameters?: boolean | undefined;
}

/** Options of `prepare()`; those of the database where they are left out. */
export interface PrepareOptions extends StatementOptions {
  /** Tells SQLite that the statement will be kept for long. Default: false. */
  persistent?: boolean | undefined;
}

/** Options of `new DatabaseSync()`. */
export interface DatabaseSyncOptions extends StatementOptions {
  /** Opens at once; otherwise `open()` does. Default: true. */
  open?: boolean | undefined;
  /** Opens an existing database for reading only. Default: false. */
  readOnly?: boolean | undefined;
  /** Enforces foreign keys. Default: true. */
  enableForeignKeyConstraints?: boolean | undefined;
  /** Takes "text" in double quotes for a string where no column has that name. Default: false. */
  enableDoubleQuotedStringLiterals?: boolean | undefined;
  /** Allows extensions to be loaded. Default: false. */
  allowExtension?: boolean | undefined;
  /** How long to wait for locks of other connections, in milliseconds. Default: 0. */
  timeout?: number | undefined;
  /** Forbids SQL that can damage the file on purpose. Default: true. */
  defensive?: boolean | undefined;
  /** Lower limits than SQLite's own. */
  limits?: { [Name in keyof DatabaseLimits]?: number | undefined } | undefined;
}

/** Options of {@link DatabaseSync.function}. */
export interface FunctionOptions {
  /** The result depends on the arguments alone. Default: false. */
  deterministic?: boolean | undefined;
  /** Not to be called from views, triggers and the schema. Default: false. */
  directOnly?: boolean | undefined;
  /** Integers come as bigints. Default: false. */
  useBigIntArguments?: boolean | undefined;
  /** Any number of arguments, instead of as many as the function declares. Default: false. */
  varargs?: boolean | undefined;
}

/** Options of {@link DatabaseSync.aggregate}. */
export interface AggregateOptions<T = SQLInputValue> extends FunctionOptions {
  /** What a group starts with, or a function that makes it for each group. Not undefined. */
  start: T | (() => T);
  /** The next state, from the state and the arguments of a row. */
  step: (accumulator: T, ...args: SQLOutputValue[]) => T;
  /** The result of a group; without it, the state. */
  result?: ((accumulator: T) => SQLResultValue) | undefined;
  /** Takes a row out again, for window functions. */
  inverse?: ((accumulator: T, ...args: SQLOutputValue[]) => T) | undefined;
}

/** Options of {@link DatabaseSync.createSession}. */
export interface CreateSessionOptions {
  /** The table to record; all tables when it is left out. */
  table?: string | undefined;
  /** The attached database. Default: `main`. */
  db?: string | undefined;
}

/** Options of {@link DatabaseSync.applyChangeset}. */
export interface ApplyChangesetOptions {
  /** Whether the changes of a table are wanted. */
  filter?: ((tableName: string) => boolean) | undefined;
  /**
   * What to do about a conflict, `SQLITE_CHANGESET_DATA` or another: `SQLITE_CHANGESET_OMIT`,
   * `_REPLACE` or `_ABORT`. Default: abort.
   */
  onConflict?: ((conflictType: number) => number) | undefined;
}

/** Options of {@link DatabaseSync.deserialize}. */
export interface DeserializeOptions {
  /** The attached database to replace. Default: `main`. */
  dbName?: string | undefined;
}

/** Says what a statement may do: `SQLITE_OK`, `SQLITE_DENY` or `SQLITE_IGNORE`. */
export type Authorizer = (
  actionCode: number,
  arg1: string | null,
  arg2: string | null,
  dbName: string | null,
  triggerOrView: string | null,
) => number;

/** A column of a virtual table. */
export interface ModuleColumn {
  name: string;
  type: 'INTEGER' | 'TEXT' | 'REAL' | 'BLOB' | 'ANY';
  /** A parameter of the table: given to `rows()`, and no part of `select *`. Default: false. */
  hidden?: boolean | undefined;
}

/** Options of {@link DatabaseSync.createModule}. */
export interface ModuleOptions {
  /** At least one that is not hidden. */
  columns: readonly ModuleColumn[];
  /**
   * The rows, each with a value for every column that is not hidden. Called for each scan, with the
   * values of the hidden columns in their order: undefined for those that the query does not give.
   */
  rows: (...parameters: (SQLOutputValue | undefined)[]) => Iterable<readonly SQLResultValue[]>;
  /** Not to be used from views, triggers and the schema. Default: false. */
  directOnly?: boolean | undefined;
  /** Integers come to `rows()` as bigints. Default: false. */
  useBigIntArguments?: boolean | undefined;
}

/** What `run()` did. Bigints when `readBigInts` is on. */
export interface StatementResultingChanges {
  /** Rows inserted, updated or deleted by the last such statement. */
  changes: number | bigint;
  /** Rowid of the last insert. */
  lastInsertRowid: number | bigint;
}

/** Where a column of a result comes from; null for what is computed. */
export interface StatementColumnMetadata {
  column: string | null;
  database: string | null;
  name: string;
  table: string | null;
  type: string | null;
}

/** Counters of a statement, <https://sqlite.org/c3ref/c_stmtstatus_counter.html>. */
export type StatementCounter =
  | 'fullscanStep'
  | 'sort'
  | 'autoindex'
  | 'vmStep'
  | 'reprepare'
  | 'run'
  | 'filterMiss'
  | 'filterHit'
  | 'memused';

/**
 * The rows of `iterate()`, read as they are asked for. At the end `value` is null: the type says
 * undefined as `@types/node` does, so that a statement of ours passes for one of theirs.
 */
export interface StatementSyncIterator<Row = SQLRow> extends IteratorObject<Row, undefined, any> {
  /** @throws `ERR_INVALID_STATE` after the statement was run again or closed */
  next(): IteratorResult<Row, undefined>;
  /** Ends early, and gives the statement's locks back. */
  return(): IteratorResult<Row, undefined>;
  [Symbol.iterator](): StatementSyncIterator<Row>;
}

/** A prepared statement, made by {@link DatabaseSync.prepare}. */
export class StatementSync implements Disposable {
  private constructor();
  /** The SQL that it was prepared from. */
  readonly sourceSQL: string;
  /** The SQL with the parameters of the last execution put in. */
  readonly expandedSQL: string;
  /** Runs it, and reads no rows. */
  run(...anonymousParameters: SQLInputValue[]): StatementResultingChanges;
  run(
    namedParameters: SQLNamedParameters,
    ...anonymousParameters: SQLInputValue[]
  ): StatementResultingChanges;
  /** The first row, or undefined. */
  get(...anonymousParameters: SQLInputValue[]): SQLRow | undefined;
  get(
    namedParameters: SQLNamedParameters,
    ...anonymousParameters: SQLInputValue[]
  ): SQLRow | undefined;
  /** All rows. */
  all(...anonymousParameters: SQLInputValue[]): SQLRow[];
  all(namedParameters: SQLNamedParameters, ...anonymousParameters: SQLInputValue[]): SQLRow[];
  /** The rows one by one. */
  iterate(...anonymousParameters: SQLInputValue[]): StatementSyncIterator;
  iterate(
    namedParameters: SQLNamedParameters,
    ...anonymousParameters: SQLInputValue[]
  ): StatementSyncIterator;
  /** The columns of the result. */
  columns(): StatementColumnMetadata[];
  /** A counter of this statement, since it was prepared or since `resetStats()`. */
  stat(counter: StatementCounter): number;
  /** Sets all counters to zero, but for `memused`. */
  resetStats(): void;
  /** See {@link StatementOptions.allowBareNamedParameters}. */
  setAllowBareNamedParameters(enabled: boolean): void;
  /** See {@link StatementOptions.allowUnknownNamedParameters}. */
  setAllowUnknownNamedParameters(enabled: boolean): void;
  /** See {@link StatementOptions.readBigInts}. */
  setReadBigInts(enabled: boolean): void;
  /** See {@link StatementOptions.returnArrays}. */
  setReturnArrays(enabled: boolean): void;
  /** Finalizes it. @throws `ERR_INVALID_STATE` when it is finalized already */
  close(): void;
  /** Finalizes it; does nothing when it is finalized already. */
  [Symbol.dispose](): void;
}

/** Records the changes of a connection, made by {@link DatabaseSync.createSession}. */
export class Session implements Disposable {
  private constructor();
  /** The changes so far, with the values before and after. */
  changeset(): Uint8Array<ArrayBuffer>;
  /** The changes so far, with the keys and the values after. */
  patchset(): Uint8Array<ArrayBuffer>;
  /** Ends recording. @throws `ERR_INVALID_STATE` when it has ended already */
  close(): void;
  /** Ends recording; does nothing when it has ended already. */
  [Symbol.dispose](): void;
}

/** Runs template literals, and keeps their statements: made by {@link DatabaseSync.createTagStore}. */
export interface SQLTagStore {
  /** All rows. */
  all(stringElements: readonly string[], ...boundParameters: SQLInputValue[]): SQLRow[];
  /** The first row, or undefined. */
  get(stringElements: readonly string[], ...boundParameters: SQLInputValue[]): SQLRow | undefined;
  /** The rows one by one. */
  iterate(
    stringElements: readonly string[],
    ...boundParameters: SQLInputValue[]
  ): StatementSyncIterator;
  /** Runs it, and reads no rows. */
  run(
    stringElements: readonly string[],
    ...boundParameters: SQLInputValue[]
  ): StatementResultingChanges;
  /** Forgets all statements. */
  clear(): void;
  /** How many statements it keeps now. */
  readonly size: number;
  /** How many statements it keeps at most. */
  readonly capacity: number;
  /** The database it runs them on. */
  readonly db: DatabaseSync;
}

/** A connection to a SQLite database. */
export class DatabaseSync implements Disposable {
  /**
   * @param path a file, a `file:` URL, or `:memory:`
   * @throws `ERR_INVALID_ARG_TYPE`, or `ERR_SQLITE_ERROR` when the file cannot be opened
   */
  constructor(path: DatabasePath, options?: DatabaseSyncOptions);
  /** Whether the connection is open. */
  readonly isOpen: boolean;
  /** Whether a transaction is open. @throws `ERR_INVALID_STATE` when the database is not open */
  readonly isTransaction: boolean;
  /** Limits of the connection; assigning changes them, `Infinity` gives the highest. */
  readonly limits: DatabaseLimits;
  /** Opens the connection. @throws `ERR_INVALID_STATE` when it is open */
  open(): void;
  /** Closes it, with all its statements. @throws `ERR_INVALID_STATE` when it is not open */
  close(): void;
  /** Runs one or more statements, and reads no rows. */
  exec(sql: string): void;
  /** Prepares the first statement of `sql`. */
  prepare(sql: string, options?: PrepareOptions): StatementSync;
  /** A store of statements by their template literal. Default size: 1000. */
  createTagStore(maxSize?: number): SQLTagStore;
  /** The file of an attached database, or null when it is in memory. Default: `main`. */
  location(dbName?: string): string | null;
  /** Defines a function of SQL. */
  function(name: string, fn: (...args: SQLOutputValue[]) => SQLResultValue | void): void;
  function(
    name: string,
    options: FunctionOptions,
    fn: (...args: SQLOutputValue[]) => SQLResultValue | void,
  ): void;
  /** Defines an aggregate, with `inverse` a window function. Any value can be its state. */
  aggregate(name: string, options: AggregateOptions<SQLResultValue>): void;
  aggregate<T>(
    name: string,
    options: AggregateOptions<T> & { result: (accumulator: T) => SQLResultValue },
  ): void;
  aggregate<T extends SQLResultValue>(name: string, options: AggregateOptions<T>): void;
  /** Makes a virtual table, eponymous, and a module for `create virtual table`. */
  createModule(name: string, options: ModuleOptions): void;
  /** Records changes from now on. */
  createSession(options?: CreateSessionOptions): Session;
  /** Applies changes. @returns false when a conflict made it roll back */
  applyChangeset(changeset: Uint8Array, options?: ApplyChangesetOptions): boolean;
  /** The database as the bytes of its file. Default: `main`. */
  serialize(dbName?: string): Uint8Array<ArrayBuffer>;
  /** Replaces the database by one in memory with this content; finalizes all statements. */
  deserialize(buffer: Uint8Array, options?: DeserializeOptions): void;
  /** Asks a function what statements may do, from now on; null asks nobody. */
  setAuthorizer(callback: Authorizer | null): void;
  /** Allows or forbids extensions. @throws `ERR_INVALID_STATE` when opened without `allowExtension` */
  enableLoadExtension(allow: boolean): void;
  /** Loads an extension of SQLite. @throws `ERR_LOAD_SQLITE_EXTENSION` */
  loadExtension(path: string, entryPoint?: string): void;
  /** See {@link DatabaseSyncOptions.defensive}. */
  enableDefensive(active: boolean): void;
  /** Closes it; does nothing when it is not open. */
  [Symbol.dispose](): void;
}

/** The names that these classes will have in Node. */
export { DatabaseSync as Database, StatementSync as Statement };

/** A message on the diagnostics channel `sqlite.db.query`: a statement has finished. */
export interface QueryMessage {
  /** With the parameters put in. */
  sql: string;
  database: DatabaseSync;
  /** Nanoseconds. */
  duration: number;
}

/** Options of {@link backup}. */
export interface BackupOptions {
  /** The attached database to copy. Default: `main`. */
  source?: string | undefined;
  /** The database to write to. Default: `main`. */
  target?: string | undefined;
  /** Pages in each step. Default: 100. */
  rate?: number | undefined;
  /** Called after each step but the last. */
  progress?: ((progressInfo: BackupProgressInfo) => void) | undefined;
}

/** How far a backup is, in pages. */
export interface BackupProgressInfo {
  totalPages: number;
  remainingPages: number;
}

/** Copies a database into a file. @returns how many pages it has */
export function backup(
  sourceDb: DatabaseSync,
  path: DatabasePath,
  options?: BackupOptions,
): Promise<number>;

/** Numbers of SQLite: conflicts and answers of changesets, answers and actions of authorizers. */
export namespace constants {
  const SQLITE_CHANGESET_OMIT: number;
  const SQLITE_CHANGESET_REPLACE: number;
  const SQLITE_CHANGESET_ABORT: number;
  const SQLITE_CHANGESET_DATA: number;
  const SQLITE_CHANGESET_NOTFOUND: number;
  const SQLITE_CHANGESET_CONFLICT: number;
  const SQLITE_CHANGESET_CONSTRAINT: number;
  const SQLITE_CHANGESET_FOREIGN_KEY: number;
  const SQLITE_OK: number;
  const SQLITE_DENY: number;
  const SQLITE_IGNORE: number;
  const SQLITE_CREATE_INDEX: number;
  const SQLITE_CREATE_TABLE: number;
  const SQLITE_CREATE_TEMP_INDEX: number;
  const SQLITE_CREATE_TEMP_TABLE: number;
  const SQLITE_CREATE_TEMP_TRIGGER: number;
  const SQLITE_CREATE_TEMP_VIEW: number;
  const SQLITE_CREATE_TRIGGER: number;
  const SQLITE_CREATE_VIEW: number;
  const SQLITE_DELETE: number;
  const SQLITE_DROP_INDEX: number;
  const SQLITE_DROP_TABLE: number;
  const SQLITE_DROP_TEMP_INDEX: number;
  const SQLITE_DROP_TEMP_TABLE: number;
  const SQLITE_DROP_TEMP_TRIGGER: number;
  const SQLITE_DROP_TEMP_VIEW: number;
  const SQLITE_DROP_TRIGGER: number;
  const SQLITE_DROP_VIEW: number;
  const SQLITE_INSERT: number;
  const SQLITE_PRAGMA: number;
  const SQLITE_READ: number;
  const SQLITE_SELECT: number;
  const SQLITE_TRANSACTION: number;
  const SQLITE_UPDATE: number;
  const SQLITE_ATTACH: number;
  const SQLITE_DETACH: number;
  const SQLITE_ALTER_TABLE: number;
  const SQLITE_REINDEX: number;
  const SQLITE_ANALYZE: number;
  const SQLITE_CREATE_VTABLE: number;
  const SQLITE_DROP_VTABLE: number;
  const SQLITE_FUNCTION: number;
  const SQLITE_SAVEPOINT: number;
  const SQLITE_COPY: number;
  const SQLITE_RECURSIVE: number;
}
