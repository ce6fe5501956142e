/**
 * What goes beyond `node:sqlite`: transactions, pragmas, forms of rows, deadlines and interrupts.
 * The names are those that users of better-sqlite3 know.
 */

import type {
  DatabasePath,
  DatabaseSyncOptions,
  PrepareOptions,
  SQLInputValue,
  SQLNamedParameters,
  SQLOutputValue,
  SQLRow,
  StatementSync,
  StatementSyncIterator,
} from './index.js';
import { DatabaseSync } from './index.js';

/** What another thread needs to interrupt a connection; `postMessage()` hands it on. */
export type InterruptToken = Int32Array<SharedArrayBuffer>;

/** Columns by name, of tables by name; what belongs to no table is under `$`. */
export type ExpandedRow = Record<string, Record<string, SQLOutputValue>>;

/** A statement of an extended database, made by {@link Database.prepare}. */
export class Statement<Row = SQLRow> {
  private constructor();
  /** The first row, or undefined. */
  get(...anonymousParameters: SQLInputValue[]): Row | undefined;
  get(
    namedParameters: SQLNamedParameters,
    ...anonymousParameters: SQLInputValue[]
  ): Row | undefined;
  /** All rows. */
  all(...anonymousParameters: SQLInputValue[]): Row[];
  all(namedParameters: SQLNamedParameters, ...anonymousParameters: SQLInputValue[]): Row[];
  /** The rows one by one. */
  iterate(...anonymousParameters: SQLInputValue[]): StatementSyncIterator<Row>;
  iterate(
    namedParameters: SQLNamedParameters,
    ...anonymousParameters: SQLInputValue[]
  ): StatementSyncIterator<Row>;
  /**
   * Only the first column of each row, from now on; `pluck(false)` ends it.
   * @throws `ERR_INVALID_ARG_VALUE` for statements without rows
   */
  pluck<Value = SQLOutputValue>(on?: true): Statement<Value>;
  pluck(on: false): Statement;
  /** Rows as arrays, from now on; `raw(false)` ends it. */
  raw<Values extends readonly unknown[] = SQLOutputValue[]>(on?: true): Statement<Values>;
  raw(on: false): Statement;
  /** Rows as objects with an object for each table, from now on; `expand(false)` ends it. */
  expand<Tables = ExpandedRow>(on?: true): Statement<Tables>;
  expand(on: false): Statement;
  /**
   * How long an execution may take, from its start to its last row, waiting for locks included.
   * When it takes longer, it ends with the code `ERR_DEADLINE_EXCEEDED`.
   * @param milliseconds an integer of 0 or more; null for ever
   */
  deadline(milliseconds: number | null): this;
}
export interface Statement<Row = SQLRow> extends Omit<StatementSync, 'get' | 'all' | 'iterate'> {}

/** A function that runs in a transaction, or in a savepoint where one is open already. */
export interface Transaction<F extends (...args: never) => unknown> {
  (this: ThisParameterType<F>, ...args: Parameters<F>): ReturnType<F>;
  /** Begins as SQLite does by default, which is deferred. */
  readonly default: Transaction<F>;
  /** Takes locks when they are needed. */
  readonly deferred: Transaction<F>;
  /** Takes the lock for writing at once. */
  readonly immediate: Transaction<F>;
  /** Keeps readers out as well, except in WAL mode. */
  readonly exclusive: Transaction<F>;
  /** The database that it was made for. */
  readonly database: Database;
}

/** A connection with what goes beyond `node:sqlite`. */
export class Database extends DatabaseSync {
  constructor(path: DatabasePath, options?: DatabaseSyncOptions);
  prepare<Row extends object = SQLRow>(sql: string, options?: PrepareOptions): Statement<Row>;
  /** Runs a pragma: its rows, or with `simple` the first column of the first row, or undefined. */
  pragma(source: string, options?: { simple?: false | undefined }): SQLRow[];
  pragma(source: string, options: { simple: true }): SQLOutputValue | undefined;
  pragma(
    source: string,
    options: { simple?: boolean | undefined },
  ): SQLRow[] | SQLOutputValue | undefined;
  /**
   * A function that runs `fn` in a transaction: commits when it returns, rolls back when it throws.
   * Within a transaction, it uses a savepoint. `fn` must not be async.
   */
  transaction<F extends (...args: never) => unknown>(
    fn: F & (ReturnType<F> extends PromiseLike<unknown> ? never : unknown),
  ): Transaction<F>;
  /** What {@link interrupt} needs, on this thread or another. Always the same. */
  interruptToken(): InterruptToken;
  /** Interrupts what runs on this connection: for callbacks on its own thread. */
  interrupt(): void;
}

/**
 * Interrupts what runs on the connection of this token now: it ends with `ERR_SQLITE_ERROR`, errcode
 * 9. What runs later is not affected.
 */
export function interrupt(token: InterruptToken): void;

/** What all threads of the process hold. */
export interface Usage {
  /** Objects of each kind that no thread has given back: open or closed, and not yet collected. */
  databases: number;
  statements: number;
  sessions: number;
  backups: number;
  /**
   * Memory that SQLite has taken, in bytes, and the most that it had; null unless the variable
   * `THREADPROOF_SQLITE_MEMSTATUS` was `1` when the process loaded the addon first: counting has a lock around each
   * allocation.
   */
  bytes: number | null;
  highest: number | null;
}

/** What the addon holds in this process, whichever thread asks: for those who look for leaks. */
export function usage(): Usage;
