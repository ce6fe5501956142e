/**
 * SQLite for Node with the interface of `node:sqlite`, safe in any number of worker threads.
 *
 * A connection and everything made from it belong to the thread that opened it. Open the database
 * again in each thread that needs it.
 */

/** What can be bound to a parameter. Numbers become REAL, bigints and booleans INTEGER. */
export type SQLInputValue =
  | null
  | undefined
  | number
  | bigint
  | boolean
  | string
  | NodeJS.ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer;

/** What a column holds: bigint only when bigints are asked for. */
export type SQLOutputValue = null | number | bigint | string | Uint8Array;

/** A row: its columns by name, on an object without a prototype; or by position. */
export type SQLRow = Record<string, SQLOutputValue>;

/** Named parameters, with or without their prefix (`$`, `:`, `@`). */
export type SQLNamedParameters = Record<string, SQLInputValue>;

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
  limits?: Partial<DatabaseLimits> | undefined;
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

/** The rows of `iterate()`, read as they are asked for. */
export interface StatementSyncIterator<Row = SQLRow> extends IterableIterator<Row, null> {
  /** @throws `ERR_INVALID_STATE` after the statement was run again or closed */
  next(): IteratorResult<Row, null>;
  /** Ends early, and gives the statement's locks back. */
  return(): IteratorResult<Row, null>;
}

/** A prepared statement, made by {@link DatabaseSync.prepare}. */
export class StatementSync implements Disposable {
  private constructor();
  /** The SQL that it was prepared from. */
  readonly sourceSQL: string;
  /** The SQL with the parameters of the last execution put in. */
  readonly expandedSQL: string;
  /** Runs it, and reads no rows. */
  run(...parameters: SQLInputValue[]): StatementResultingChanges;
  run(named: SQLNamedParameters, ...parameters: SQLInputValue[]): StatementResultingChanges;
  /** The first row, or undefined. */
  get(...parameters: SQLInputValue[]): SQLRow | undefined;
  get(named: SQLNamedParameters, ...parameters: SQLInputValue[]): SQLRow | undefined;
  /** All rows. */
  all(...parameters: SQLInputValue[]): SQLRow[];
  all(named: SQLNamedParameters, ...parameters: SQLInputValue[]): SQLRow[];
  /** The rows one by one. */
  iterate(...parameters: SQLInputValue[]): StatementSyncIterator;
  iterate(named: SQLNamedParameters, ...parameters: SQLInputValue[]): StatementSyncIterator;
  /** The columns of the result. */
  columns(): StatementColumnMetadata[];
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

/** A connection to a SQLite database. */
export class DatabaseSync implements Disposable {
  /**
   * @param path a file, a `file:` URL, or `:memory:`
   * @throws `ERR_INVALID_ARG_TYPE`, or `ERR_SQLITE_ERROR` when the file cannot be opened
   */
  constructor(path: string | Uint8Array | URL, options?: DatabaseSyncOptions);
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
  /** The file of an attached database, or null when it is in memory. Default: `main`. */
  location(dbName?: string): string | null;
  /** Closes it; does nothing when it is not open. */
  [Symbol.dispose](): void;
}

declare const sqlite: {
  DatabaseSync: typeof DatabaseSync;
  StatementSync: typeof StatementSync;
};
export default sqlite;
