'use strict';

/**
 * What goes beyond node:sqlite, apart from it: `@threadproof/sqlite/extras`. The names are those
 * that users of better-sqlite3 know.
 */

module.exports = ({
  native,
  settle,
  isInt32,
  errors,
  Database: Internal,
  DatabaseSync,
  Statement,
  StatementSync,
}) => {
  const { argType, argValue, illegal, outOfRange } = errors;
  const { handleOf } = Statement.internals;

  // -------------------------------------------------------------------------------------------
  // Statements

  /** Rows as they are: objects, or arrays if the statement was prepared so. */
  const PLAIN = undefined;
  const RAW = () => (row) => row;
  const PLUCK = () => (row) => row[0];
  /** `{ table: { column: value } }`; what belongs to no table is under `$`. */
  const EXPAND = (statement) => {
    const places = statement.columns().map(({ table, name }) => [table ?? '$', name]);
    return (row) => {
      // Tables and columns may have any name, such as __proto__.
      const tables = { __proto__: null };
      for (let i = 0; i < places.length; i++) {
        const [table, name] = places[i];
        tables[table] ??= { __proto__: null };
        tables[table][name] = row[i];
      }
      return tables;
    };
  };

  /** Puts private fields on an object that another constructor made. */
  const Existing = function (object) {
    return object;
  };

  class Form extends Existing {
    #form = PLAIN;

    static of(statement) {
      if (statement === null || typeof statement !== 'object' || !(#form in statement)) {
        throw illegal();
      }
      return statement.#form;
    }

    static set(statement, form, on, name) {
      const before = Form.of(statement);
      if (typeof on !== 'boolean')
        throw argType(`The "on" argument of ${name}() must be a boolean.`);
      if (!on && before !== form) return;
      if (on && statement.columns().length === 0) {
        throw argValue(`${name}() is for statements that return rows.`);
      }
      statement.setReturnArrays(on);
      statement.#form = on ? form : PLAIN;
    }
  }

  const { get, all, iterate } = StatementSync.prototype;

  class ExtendedStatement extends StatementSync {
    /** Makes one of what `prepare()` gave. */
    static from(statement) {
      Object.setPrototypeOf(statement, ExtendedStatement.prototype);
      return new Form(statement);
    }

    /** Only the first column of each row. */
    pluck(on = true) {
      Form.set(this, PLUCK, on, 'pluck');
      return this;
    }

    /** Rows as arrays. */
    raw(on = true) {
      Form.set(this, RAW, on, 'raw');
      return this;
    }

    /** Rows as objects with an object for each table. */
    expand(on = true) {
      Form.set(this, EXPAND, on, 'expand');
      return this;
    }

    /** Milliseconds that an execution may take, from its start to its last row; null for ever. */
    deadline(milliseconds) {
      Form.of(this);
      if (milliseconds !== null) {
        if (!isInt32(milliseconds)) {
          throw argType('The "milliseconds" argument must be an integer or null.');
        }
        if (milliseconds < 0) throw outOfRange('The "milliseconds" argument must not be negative.');
      }
      native.stmtDeadline(handleOf(this), milliseconds ?? -1);
      settle();
      return this;
    }

    get(...args) {
      const form = Form.of(this);
      const row = get.apply(this, args);
      return form === PLAIN || row === undefined ? row : form(this)(row);
    }

    all(...args) {
      const form = Form.of(this);
      const rows = all.apply(this, args);
      return form === PLAIN || form === RAW ? rows : rows.map(form(this));
    }

    iterate(...args) {
      const form = Form.of(this);
      const rows = iterate.apply(this, args);
      return form === PLAIN || form === RAW ? rows : mapped(rows, form(this));
    }
  }

  function* mapped(rows, change) {
    for (const row of rows) yield change(row);
  }

  // -------------------------------------------------------------------------------------------
  // Interrupts

  /** Tokens are views of shared memory: `postMessage` hands them to other threads. */
  function checkToken(token) {
    if (!(ArrayBuffer.isView(token) && token[Symbol.toStringTag] === 'Int32Array')) {
      throw argType('The "token" argument must be what interruptToken() gave.');
    }
    return token;
  }

  /** Interrupts what runs on the connection of the token, from whatever thread. */
  function interrupt(token) {
    Atomics.add(checkToken(token), 0, 1);
  }

  // -------------------------------------------------------------------------------------------
  // Transactions

  const SAVEPOINT = '"threadproof transaction"';
  const NESTED = [
    `savepoint ${SAVEPOINT}`,
    `release ${SAVEPOINT}`,
    `rollback to ${SAVEPOINT}; release ${SAVEPOINT}`,
  ];

  /** A function that runs `fn` in a transaction, or in a savepoint inside of one. */
  function within(database, fn, begin) {
    const outermost = [begin, 'commit', 'rollback'];
    return function (...args) {
      const [before, after, undo] = database.isTransaction ? NESTED : outermost;
      database.exec(before);
      try {
        const value = Reflect.apply(fn, this, args);
        if (typeof value?.then === 'function') {
          throw argType('A transaction must not return a promise: it ends when its function does.');
        }
        database.exec(after);
        return value;
      } catch (error) {
        // SQLite may have rolled back already; an error of the rollback would hide this one.
        try {
          if (database.isTransaction) database.exec(undo);
        } catch {
          // The error that led here says more.
        }
        throw error;
      }
    };
  }

  /**
   * What all threads of the process hold: objects that JavaScript has not given back, and the memory that SQLite has
   * taken, in bytes, or null unless THREADPROOF_SQLITE_MEMSTATUS=1 was set when the addon was loaded first.
   */
  function usage() {
    const [databases, statements, sessions, backups, bytes = null, highest = null] = native.usage();
    return { databases, statements, sessions, backups, bytes, highest };
  }

  // -------------------------------------------------------------------------------------------
  // Databases

  class ExtendedDatabase extends DatabaseSync {
    #token = undefined;

    open() {
      super.open();
      if (this.#token !== undefined) this.#watch();
    }

    prepare() {
      return ExtendedStatement.from(Reflect.apply(super.prepare, this, arguments));
    }

    /** Runs a pragma; all its rows, or with `simple` the first column of the first one. */
    pragma(source, options = {}) {
      if (typeof source !== 'string') throw argType('The "source" argument must be a string.');
      if (options === null || typeof options !== 'object') {
        throw argType('The "options" argument must be an object.');
      }
      const { simple = false } = options;
      if (typeof simple !== 'boolean') {
        throw argType('The "options.simple" argument must be a boolean.');
      }
      const statement = this.prepare(`pragma ${source}`);
      try {
        return simple ? statement.raw(statement.columns().length > 0).get()?.[0] : statement.all();
      } finally {
        statement.close();
      }
    }

    /** A function that runs `fn` in a transaction: deferred, or as its properties are named. */
    transaction(fn) {
      if (typeof fn !== 'function') throw argType('The "fn" argument must be a function.');
      const kinds = {
        default: within(this, fn, 'begin'),
        deferred: within(this, fn, 'begin deferred'),
        immediate: within(this, fn, 'begin immediate'),
        exclusive: within(this, fn, 'begin exclusive'),
      };
      for (const kind of Object.values(kinds)) {
        for (const [name, other] of Object.entries(kinds)) {
          Object.defineProperty(kind, name, { value: other, enumerable: true });
        }
        Object.defineProperty(kind, 'database', { value: this, enumerable: true });
      }
      return kinds.default;
    }

    /** What another thread needs to interrupt this connection: see `interrupt()`. */
    interruptToken() {
      if (this.#token === undefined) {
        const token = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
        Internal.opened(this);
        this.#token = token;
        this.#watch();
      }
      return this.#token;
    }

    /** Interrupts what runs on this connection: for callbacks of its own thread. */
    interrupt() {
      interrupt(this.interruptToken());
    }

    #watch() {
      native.dbToken(Internal.opened(this).handle, this.#token);
      settle();
    }
  }

  Object.defineProperty(ExtendedDatabase, 'name', { value: 'Database' });
  Object.defineProperty(ExtendedStatement, 'name', { value: 'Statement' });
  return { Database: ExtendedDatabase, Statement: ExtendedStatement, interrupt, usage };
};
