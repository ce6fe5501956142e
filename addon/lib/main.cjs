'use strict';

/**
 * The JavaScript half of @threadproof/sqlite: everything that a user sees.
 *
 * The native half (src/) is a set of flat functions over opaque handles, numbers that tokens hold. Values cross in one
 * buffer that this file makes and shows to nobody: parameters are written into it before a call,
 * rows are read from it right after. No user code runs in between on either side. The offsets are
 * those of src/layout.rs, and a binary with another layout is refused.
 *
 * One file, because a worker that opens a database should not pay for resolving more. What few
 * programs use lies beside it, and is loaded when it is first called. The loader (../index.cjs)
 * gives the native half, where it came from, and what to call when a
 * database was used.
 */

const { isAnyArrayBuffer, isUint8Array } = require('node:util').types;
const worker = require('node:worker_threads');
const { channel } = require('node:diagnostics_channel');

module.exports = (native, binary, used) => {
  // ---------------------------------------------------------------------------------------------
  // Errors

  /** An error with the code that Node gives to the same mistake. */
  function coded(Type, code, message) {
    const error = new Type(message);
    error.code = code;
    return error;
  }

  const argType = (message) => coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
  const argValue = (message) => coded(TypeError, 'ERR_INVALID_ARG_VALUE', message);
  const outOfRange = (message) => coded(RangeError, 'ERR_OUT_OF_RANGE', message);
  const state = (message) => coded(Error, 'ERR_INVALID_STATE', message);
  const illegal = () => new TypeError('Illegal invocation');

  function sqliteError(errcode, message, errstr) {
    const error = coded(Error, 'ERR_SQLITE_ERROR', message);
    error.errcode = errcode;
    error.errstr = errstr;
    return error;
  }

  /** The kind of a failure that says that an object cannot do this now. */
  const STATE = 2;

  /** The error for what the native half says of a call. Kinds as in src/failure.rs. */
  function failure([kind, message, errcode, errstr]) {
    switch (kind) {
      case 1:
        return sqliteError(errcode, message, errstr);
      case STATE:
        return state(message);
      case 3:
        return argType(message);
      case 4:
        return outOfRange(message);
      case 5:
        return coded(Error, 'ERR_THREAD_AFFINITY', message);
      case 6:
        return coded(RangeError, 'ERR_RESOURCE', message);
      case 7:
        return coded(Error, 'ERR_INTERNAL_ASSERTION', message);
      case 9: {
        const error = sqliteError(9, message, 'interrupted');
        error.code = 'ERR_DEADLINE_EXCEEDED';
        return error;
      }
      default:
        return state('the thread is ending');
    }
  }

  /** Throws what the native half says of its last call. */
  function raise() {
    throw failure(native.takeFailure());
  }

  // ---------------------------------------------------------------------------------------------
  // The shared buffer, see src/layout.rs

  const LAYOUT_VERSION = 3;
  const arena = new ArrayBuffer(512 * 1024);
  const I32 = new Int32Array(arena);
  const F64 = new Float64Array(arena);
  const I64 = new BigInt64Array(arena);
  const U8 = new Uint8Array(arena);
  const U16 = new Uint16Array(arena);
  /** Strings and long blobs of the batch that was read last. It grows once and is filled anew. */
  const SIDE = [undefined];

  const STATUS = 0;
  const ROWS = 1;
  const FLAGS = 2;
  const BLOBS = 3;
  const CHANGES_F64 = 2;
  const ROWID_F64 = 3;
  const CHANGES_I64 = 4;
  const ROWID_I64 = 5;
  const SIDE_USED = 12;
  const DONE = 1;
  const COLUMNS_CHANGED = 2;
  const NAMED = 4;
  const MAX_PARAMS = 64;
  const PARAM_TAGS = new Uint8Array(arena, 64, MAX_PARAMS);
  const PARAM_F64 = new Float64Array(arena, 128, MAX_PARAMS);
  const PARAM_I64 = new BigInt64Array(arena, 128, MAX_PARAMS);
  const ROWS_AT = 1024;

  {
    const name = worker.isMainThread ? 'the main thread' : `worker ${worker.threadId}`;
    /** Node-API 9 does not know shared buffers: the native half asks for views of what it is given. */
    const toView = (value) => {
      if (!isAnyArrayBuffer(value)) return undefined;
      // No view can be made of a detached one, which is as empty as any other.
      return value.byteLength === 0 ? EMPTY_BYTES : new Uint8Array(value);
    };
    const EMPTY_BYTES = new Uint8Array(0);
    const take = (at, ...values) => {
      for (let i = 0; i < values.length; i++) SIDE[at + i] = values[i];
    };
    const version = native.init(arena, take, () => {}, name, toView);
    if (version !== LAYOUT_VERSION) {
      throw coded(
        Error,
        'ERR_THREADPROOF_WRONG_BINARY',
        `@threadproof/sqlite: ${binary} has layout ${version}, this package needs ` +
          `${LAYOUT_VERSION}. Build or install both from the same version.`,
      );
    }
  }

  const uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const sliceBytes = uncurry(Uint8Array.prototype.slice);
  const substring = uncurry(String.prototype.substring);
  const includesByte = uncurry(Uint8Array.prototype.includes);
  /** The handle in a token of the native half; it is good for as long as somebody holds the token. */
  const handleIn = uncurry(Date.prototype.getTime);
  const { isView } = ArrayBuffer;

  // ---------------------------------------------------------------------------------------------
  // Parameters

  const NULL = 0;
  const NUMBER = 1;
  const BIGINT = 2;
  const TEXT = 3;
  const BOOL = 4;
  const BLOB = 5;
  const EXTRAS_IN_ARRAY = 1 << 16;
  const ALL_IN_ARRAY = 1 << 17;

  /**
   * The call being made: its texts and blobs, and how many values it has, with the flags above. They
   * are read right after they are written; each method makes its call itself, because V8 calls a
   * function that it knows faster.
   */
  const extras = [undefined, undefined, undefined, undefined];
  let word = 0;
  /** Set for the next execution when even its first value cannot be an object of named ones. */
  let onlyPositions = false;
  /** Set when an execution was given more values than there are parameters. */
  let tooMany = false;

  const unbindable = (at) => argType(`Provided value cannot be bound to SQLite parameter ${at}.`);

  function int64(value) {
    if (BigInt.asIntN(64, value) !== value) throw argValue('BigInt value is too large to bind.');
    return value;
  }

  /** Whether a value is the object that holds named parameters. */
  function isBag(value) {
    return (
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      !isView(value) &&
      !isAnyArrayBuffer(value)
    );
  }

  /**
   * A blob as a view, or the error for anything else that is left. An empty buffer (not an empty
   * view of one) is NULL in Node, and so it is here: `undefined`.
   */
  function view(value, at) {
    if (isView(value)) return value;
    if (!isAnyArrayBuffer(value)) throw unbindable(at);
    return value.byteLength === 0 ? undefined : new Uint8Array(value);
  }

  /** Writes values that are bound by position; how many of `extras` go with the call. */
  function write(values, count) {
    if (count > MAX_PARAMS) return writeMany(values, count);
    let used = 0;
    for (let i = 0; i < count; i++) {
      const value = values[i];
      switch (typeof value) {
        case 'number':
          PARAM_TAGS[i] = NUMBER;
          PARAM_F64[i] = value;
          break;
        case 'string':
          PARAM_TAGS[i] = TEXT;
          extras[used++] = value;
          break;
        case 'bigint':
          PARAM_I64[i] = int64(value);
          PARAM_TAGS[i] = BIGINT;
          break;
        case 'boolean':
          PARAM_TAGS[i] = BOOL;
          PARAM_F64[i] = value ? 1 : 0;
          break;
        case 'undefined':
          PARAM_TAGS[i] = NULL;
          break;
        default: {
          const bytes = value === null ? undefined : view(value, i + 1);
          if (bytes === undefined) {
            PARAM_TAGS[i] = NULL;
          } else {
            extras[used++] = bytes;
            PARAM_TAGS[i] = BLOB;
          }
        }
      }
    }
    word = count;
    if (used <= 4) return used;
    const list = extras.slice(0, used);
    extras.length = 4;
    word |= EXTRAS_IN_ARRAY;
    extras[0] = list;
    return 1;
  }

  /** The same for more values than the buffer has room for. */
  function writeMany(values, count) {
    const list = new Array(count);
    for (let i = 0; i < count; i++) {
      const value = values[i];
      if (typeof value === 'bigint') int64(value);
      const plain = value === null || (typeof value !== 'object' && typeof value !== 'function');
      if (typeof value === 'symbol') throw unbindable(i + 1);
      list[i] = plain ? value : view(value, i + 1);
    }
    word = count | ALL_IN_ARRAY;
    extras[0] = list;
    return 1;
  }

  /** Lets go of texts and blobs. */
  function clearExtras() {
    extras[0] = extras[1] = extras[2] = extras[3] = undefined;
  }

  function isBindable(value) {
    try {
      checkBindable(value, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Throws for a value that cannot be bound, before anything else is looked at. */
  function checkBindable(value, at) {
    switch (typeof value) {
      case 'bigint':
        int64(value);
        return;
      case 'symbol':
      case 'function':
        throw unbindable(at);
      case 'object':
        if (value !== null && !isView(value) && !isAnyArrayBuffer(value)) throw unbindable(at);
    }
  }

  // ---------------------------------------------------------------------------------------------
  // Rows

  const EMPTY = {};

  /** In a vm context, the native half makes arrays of the main context. */
  function ofThisRealm(value) {
    if (typeof value === 'string' || value instanceof Uint8Array) return value;
    return new Uint8Array(value.buffer, value.byteOffset, value.length);
  }

  /** One cell. Tags as in src/layout.rs; `tag` is a byte offset, `slot` counts 8 bytes. */
  function cell(tag, slot) {
    switch (U8[tag]) {
      case 1:
        return I32[slot << 1];
      case 2:
        return F64[slot];
      case 3:
        return I64[slot];
      case 4:
        return substring(SIDE[I32[slot << 1]], U16[(slot << 2) + 2], U16[(slot << 2) + 3]);
      case 5:
        return ofThisRealm(SIDE[I32[slot << 1]]);
      case 6: {
        const start = I32[BLOBS] + I32[slot << 1];
        return sliceBytes(U8, start, start + I32[(slot << 1) + 1]);
      }
      case 7:
        return '';
      default:
        return null;
    }
  }

  /** Rows of one shape after which a decoder of its own pays for its compilation. */
  const COMPILE_AFTER = 500;
  /** Characters of the names of a shape that is kept. */
  const LONGEST_NAMES = 1 << 16;
  /** Shapes that are kept; statements hold their own beyond that. */
  const MAX_SHAPES = 256;
  const shapes = new Map();

  /** What is known of rows with certain columns, and the decoder for them. */
  class Shape {
    constructor(names, arrays) {
      this.names = names;
      this.arrays = arrays;
      this.rows = 0;
      this.padded = (names.length + 7) & ~7;
      this.stride = this.padded + 8 * names.length;
      this.compiled = undefined;
    }

    /** The shape of these columns; shared by all statements that have them. */
    static of(names, arrays) {
      let length = 0;
      for (let i = 0; i < names.length; i++) length += names[i].length;
      // A name can be as long as a text: then it is not worth a copy of it, nor code with it.
      if (length > LONGEST_NAMES) {
        const shape = new Shape(names, arrays);
        shape.compiled = null;
        return shape;
      }
      const key = (arrays ? '[' : '{') + JSON.stringify(names);
      let shape = shapes.get(key);
      if (shape === undefined) {
        if (shapes.size >= MAX_SHAPES) shapes.clear();
        shape = new Shape(names, arrays);
        shapes.set(key, shape);
      }
      return shape;
    }

    #generic(tag) {
      const { names } = this;
      const slot = (tag + this.padded) >> 3;
      if (this.arrays) {
        const row = new Array(names.length);
        for (let i = 0; i < names.length; i++) row[i] = cell(tag + i, slot + i);
        return row;
      }
      const row = { ...EMPTY, __proto__: null };
      for (let i = 0; i < names.length; i++) row[names[i]] = cell(tag + i, slot + i);
      return row;
    }

    /** Counts rows, and compiles once it is worth it. */
    #count(rows) {
      this.rows += rows;
      if (this.rows >= COMPILE_AFTER && this.compiled === undefined) {
        this.compiled = lib('decoder').compile(this);
      }
      return this.compiled;
    }

    /** The row in the buffer. */
    one() {
      const compiled = this.compiled ?? this.#count(1);
      return compiled ? compiled.one(ROWS_AT) : this.#generic(ROWS_AT);
    }

    /** All rows in the buffer, added to `out`. */
    many(out, count) {
      const compiled = this.compiled ?? this.#count(count);
      if (compiled) {
        compiled.many(out, count);
      } else {
        for (let i = 0, tag = ROWS_AT; i < count; i++, tag += this.stride) {
          out.push(this.#generic(tag));
        }
      }
    }
  }

  /** Lets go of the strings of a batch. */
  function clearSide() {
    const used = I32[SIDE_USED];
    SIDE[0] = undefined;
    if (used > 1) SIDE.fill(undefined, 1, used);
  }

  // ---------------------------------------------------------------------------------------------
  // Making classes look like Node's

  const DISPOSE = Symbol.dispose ?? Symbol.for('nodejs.dispose');
  const SQLITE_TYPE = Symbol.for('sqlite-type');
  /** Node 22.10 and later refuse to clone what is marked; before, a clone is an empty object. */
  const uncloneable = worker.markAsUncloneable ?? (() => {});

  /** As V8 sees it: -0 is none. */
  const isInt32 = (value) => typeof value === 'number' && Object.is(value | 0, value);
  const isObject = (value) =>
    value !== null && (typeof value === 'object' || typeof value === 'function');

  function checkObject(options) {
    if (!isObject(options)) throw argType('The "options" argument must be an object.');
  }

  function boolean(options, name) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw argType(`The "options.${name}" argument must be a boolean.`);
    }
    return value;
  }

  /**
   * Node's methods are enumerable and come before the constructor, which is a plain function. Methods
   * of classes are in the order of their definition; `constructor` was there first and moves to the
   * end.
   */
  function dressMethods(prototype, constructor) {
    const dispose = prototype[DISPOSE];
    delete prototype.constructor;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      defineProperty(prototype, name, ENUMERABLE);
    }
    defineProperty(prototype, 'constructor', {
      value: constructor,
      writable: true,
      enumerable: false,
      configurable: true,
    });
    if (dispose) {
      defineProperty(dispose, 'name', NAMELESS);
      defineProperty(prototype, DISPOSE, ENUMERABLE);
    }
    defineProperty(constructor, 'prototype', { value: prototype, writable: true });
  }

  const { defineProperty } = Object;
  const ENUMERABLE = { enumerable: true };
  const NAMELESS = { value: '' };

  /** The descriptor of a property that each object owns. V8 defines it fastest in this form. */
  function accessor(get) {
    defineProperty(get, 'name', NAMELESS);
    return { get, enumerable: true };
  }

  // ---------------------------------------------------------------------------------------------
  // Diagnostics

  const queries = channel('sqlite.db.query');

  /** Has a connection report its statements while somebody listens, and only then. */
  function retrace(conn) {
    conn.traced = queries.hasSubscribers;
    conn.publish ??= (sql, duration) => {
      const message = { ...EMPTY, __proto__: null };
      message.sql = sql;
      message.database = conn.database;
      message.duration = duration;
      queries.publish(message);
    };
    native.dbProfile(conn.handle, conn.traced ? conn.publish : undefined);
  }

  // ---------------------------------------------------------------------------------------------
  // Statements

  const FROM_AUTHORIZER = 'database cannot be accessed from an authorizer callback';
  const EXECUTING = 'statement is already being executed';
  /** Result code of SQLite. */
  const OUT_OF_RANGE = 25;

  /** Own accessors of all statements; set below, where the private names are known. */
  let sourceSQL;
  let expandedSQL;

  /** Defines them on the object while it has nothing else, which is when V8 does it fastest. */
  class WithAccessors {
    constructor() {
      defineProperty(this, 'sourceSQL', sourceSQL);
      defineProperty(this, 'expandedSQL', expandedSQL);
    }
  }

  class Statement extends WithAccessors {
    #handle;
    // It keeps the native object: whoever uses the handle holds its token.
    // eslint-disable-next-line no-unused-private-class-members
    #token;
    #conn;
    /** Number of parameters when none has a name, else -1: then positions must be looked up. */
    #plain;
    #count;
    /** What is known of parameters with names; most statements never ask. */
    #named = undefined;
    #shape = undefined;
    /** Shared with others until one of them is set. */
    #options;
    /** Goes up with every execution, so that iterators see that their rows are gone. */
    #turn = 0;
    /** Set while user code runs in the middle of an execution: the getters of named parameters. */
    #busy = false;

    constructor(token, conn, options) {
      super();
      const handle = handleIn(token);
      this.#handle = handle;
      this.#token = token;
      this.#conn = conn;
      this.#count = I32[ROWS];
      this.#plain = I32[FLAGS] & NAMED ? -1 : this.#count;
      this.#options = options;
      if (options.readBigInts) native.stmtBigInts(handle, 1);
      uncloneable(this);
    }

    static {
      sourceSQL = accessor(function () {
        Statement.#check(this);
        const sql = native.stmtSql(this.#handle);
        if (I32[STATUS] !== 0) raise();
        return sql;
      });
      expandedSQL = accessor(function () {
        Statement.#check(this);
        const sql = native.stmtExpandedSql(this.#handle);
        if (I32[STATUS] !== 0) raise();
        if (sql === null)
          throw coded(
            Error,
            'ERR_SQLITE_ERROR',
            'Expanded SQL text would exceed configured limits',
          );
        return sql;
      });
    }

    static #check(receiver) {
      if (receiver === null || typeof receiver !== 'object' || !(#handle in receiver)) {
        throw illegal();
      }
    }

    /** What only the files of lib/ may do with a statement. */
    static internals = {
      handleOf: (statement) => statement.#handle,
      parameters: (statement) => (statement.#plain < 0 ? -1 : statement.#count),
      isFinalized: (statement) => {
        native.stmtParameterNames(statement.#handle);
        return I32[STATUS] !== 0;
      },
      /** Runs a method with values that are bound by position, whatever they are. */
      byPosition(statement, method, values) {
        onlyPositions = true;
        return method.apply(statement, values);
      },
    };

    /** The names of all parameters, with their prefixes; null for those without. */
    #names() {
      if (this.#named === undefined) {
        const names = native.stmtParameterNames(this.#handle);
        if (I32[STATUS] !== 0) raise();
        const positions = new Map(names.map((name, i) => [name, i]));
        this.#named = { names, positions, bare: undefined };
      }
      return this.#named;
    }

    /** Positions by names without their prefix; two that then look the same cannot be told apart. */
    #bare() {
      const named = this.#names();
      if (named.bare === undefined) {
        const { names } = named;
        // Kept even if it stays incomplete: Node, too, complains of a conflict only once.
        const bare = new Map();
        named.bare = bare;
        for (let i = 0; i < names.length; i++) {
          if (names[i] === null) continue;
          const name = names[i].slice(1);
          const other = bare.get(name);
          if (other !== undefined && names[other] !== names[i]) {
            throw state(
              `Cannot create bare named parameter '${name}' because of conflicting names ` +
                `'${names[other]}' and '${names[i]}'.`,
            );
          }
          bare.set(name, i);
        }
      }
      return named.bare;
    }

    /** Puts the object of named parameters, and what follows it, into the order of parameters. */
    #arrange(args, values) {
      const { names, positions } = this.#names();
      let first = 0;
      if (args.length > 0 && isBag(args[0])) {
        first = 1;
        const bag = args[0];
        const bare = this.#options.allowBareNamedParameters ? this.#bare() : undefined;
        for (const key of Object.keys(bag)) {
          const at = positions.get(key) ?? bare?.get(key);
          if (at === undefined) {
            if (this.#options.allowUnknownNamedParameters) continue;
            throw state(`Unknown named parameter '${key}'`);
          }
          const value = bag[key];
          checkBindable(value, at + 1);
          values[at] = value;
        }
      }
      for (let i = first, at = 0; i < args.length; i++, at++) {
        while (at < names.length && names[at] !== null && names[at][0] !== '?') at++;
        checkBindable(args[i], at + 1);
        if (at >= this.#count) {
          const message = 'column index out of range';
          tooMany = true;
          throw sqliteError(OUT_OF_RANGE, message, message);
        }
        values[at] = args[i];
      }
    }

    /** The same with the statement marked as busy: the getters of a bag are user code. */
    #arrangeBusy(args, values) {
      this.#busy = true;
      try {
        this.#arrange(args, values);
      } finally {
        this.#busy = false;
      }
    }

    /** What is out of the ordinary, and looked at before an execution: see `#enter`. */
    #unusual() {
      this.#live();
      const conn = this.#conn;
      if (conn.authorizing !== 0) throw state(FROM_AUTHORIZER);
      if (this.#busy) throw state(EXECUTING);
      native.stmtIdle(this.#handle);
      if (I32[STATUS] !== 0) raise();
      if (queries.hasSubscribers !== conn.traced) retrace(conn);
    }

    /**
     * The same, and ends what ran before: an iteration that failed says so once more, and subscribers are
     * told of its end. Only then are values looked at.
     */
    #rewind() {
      this.#unusual();
      native.stmtRewind(this.#handle);
      if (I32[STATUS] !== 0) {
        this.#turn++;
        this.#fail();
      }
    }

    /** Begins an execution. */
    #enter() {
      if (
        this.#busy ||
        this.#conn.authorizing !== 0 ||
        queries.hasSubscribers ||
        this.#conn.traced
      ) {
        this.#rewind();
      }
      this.#turn++;
    }

    /** Writes the arguments of a call, whatever they are; how many of `extras` go with it. */
    #begin(args) {
      const byPosition = onlyPositions;
      onlyPositions = false;
      let values = args;
      if (args.length === 0) {
        this.#enter();
        word = 0;
        return 0;
      }
      if (args.length > this.#plain || (!byPosition && isBag(args[0]))) {
        this.#rewind();
        this.#turn++;
        values = new Array(this.#count).fill(undefined);
      } else {
        this.#enter();
      }
      try {
        if (values !== args) this.#arrangeBusy(args, values);
        return write(values, values.length);
      } catch (error) {
        this.#bindInPart(values);
        // A statement that cannot be executed says so before it looks at values.
        if (values === args && I32[STATUS] !== 0) this.#fail();
        throw error;
      }
    }

    /** What cannot be bound ends what ran before; what comes before it stays bound, as in Node. */
    #bindInPart(values) {
      let count = 0;
      while (count < values.length && isBindable(values[count])) count++;
      // SQLite itself is to refuse one value too many: it remembers that as its last error.
      if (tooMany && count < MAX_PARAMS) values[count++] = undefined;
      tooMany = false;
      write(values, count);
      native.stmtStart(this.#handle, word, extras[0], extras[1], extras[2], extras[3]);
      clearExtras();
    }

    /** Throws why an execution failed. One that did not even begin leaves iterators as they are. */
    #fail() {
      const parts = native.takeFailure();
      if (parts[0] === STATE) this.#turn--;
      throw failure(parts);
    }

    /** The shape of the rows in the buffer; looked up again when SQLite changed the columns. */
    #current(arrays) {
      let shape = this.#shape;
      if (shape === undefined || shape.arrays !== arrays || (I32[FLAGS] & COLUMNS_CHANGED) !== 0) {
        const names = native.stmtColumnNames(this.#handle);
        if (I32[STATUS] !== 0) raise();
        shape = Shape.of(names, arrays);
        this.#shape = shape;
      }
      return shape;
    }

    /** The row in the buffer, or `undefined`. `first` is the first entry of the side array. */
    #row(first, arrays) {
      if (I32[ROWS] === 0) return undefined;
      SIDE[0] = first;
      const row = this.#current(arrays).one();
      clearSide();
      return row;
    }

    iterate(...args) {
      Statement.#check(this);
      this.#begin(args);
      native.stmtStart(this.#handle, word, extras[0], extras[1], extras[2], extras[3]);
      clearExtras();
      if (I32[STATUS] !== 0) this.#fail();
      return new StatementIterator(this, this.#turn);
    }

    all(...args) {
      Statement.#check(this);
      const handle = this.#handle;
      const rows = [];
      this.#begin(args);
      // User functions may change the setting; it holds from the next call on.
      const arrays = this.#options.returnArrays;
      let first = native.stmtAll(handle, word, extras[0], extras[1], extras[2], extras[3]);
      clearExtras();
      if (I32[STATUS] !== 0) this.#fail();
      for (;;) {
        const done = (I32[FLAGS] & DONE) !== 0;
        const count = I32[ROWS];
        if (count > 0) {
          SIDE[0] = first;
          this.#current(arrays).many(rows, count);
          clearSide();
        }
        if (done) return rows;
        first = native.stmtMore(handle);
        if (I32[STATUS] !== 0) raise();
      }
    }

    get(...args) {
      Statement.#check(this);
      const handle = this.#handle;
      let arrays;
      let first;
      if (args.length === 1 && this.#plain > 0 && typeof args[0] === 'number') {
        // The commonest query there is: by primary key.
        this.#enter();
        arrays = this.#options.returnArrays;
        PARAM_TAGS[0] = NUMBER;
        PARAM_F64[0] = args[0];
        first = native.stmtGet(handle, 1);
      } else {
        const count = this.#begin(args);
        // User functions may change the setting; it holds from the next call on.
        arrays = this.#options.returnArrays;
        switch (count) {
          case 0:
            first = native.stmtGet(handle, word);
            break;
          case 1:
            first = native.stmtGet(handle, word, extras[0]);
            break;
          default:
            first = native.stmtGet(handle, word, extras[0], extras[1], extras[2], extras[3]);
        }
        clearExtras();
      }
      if (I32[STATUS] !== 0) this.#fail();
      return this.#row(first, arrays);
    }

    run(...args) {
      Statement.#check(this);
      const handle = this.#handle;
      const count = this.#begin(args);
      const { readBigInts } = this.#options;
      switch (count) {
        case 0:
          native.stmtRun(handle, word);
          break;
        case 1:
          native.stmtRun(handle, word, extras[0]);
          break;
        default:
          native.stmtRun(handle, word, extras[0], extras[1], extras[2], extras[3]);
      }
      clearExtras();
      if (I32[STATUS] !== 0) this.#fail();
      if (readBigInts) {
        return { changes: I64[CHANGES_I64], lastInsertRowid: I64[ROWID_I64] };
      }
      const changes = F64[CHANGES_F64];
      const rowid = F64[ROWID_F64];
      if (rowid > Number.MAX_SAFE_INTEGER || rowid < Number.MIN_SAFE_INTEGER) {
        throw outOfRange(
          `Value is too large to be represented as a JavaScript number: ${I64[ROWID_I64]}`,
        );
      }
      return { changes, lastInsertRowid: rowid };
    }

    columns() {
      Statement.#check(this);
      const parts = native.stmtColumns(this.#handle);
      if (I32[STATUS] !== 0) raise();
      const columns = [];
      for (let i = 0; i < parts.length; i += 5) {
        const column = { ...EMPTY, __proto__: null };
        column.column = parts[i];
        column.database = parts[i + 1];
        column.name = parts[i + 2];
        column.table = parts[i + 3];
        column.type = parts[i + 4];
        columns.push(column);
      }
      return columns;
    }

    stat() {
      Statement.#check(this);
      this.#live();
      const name = arguments[0];
      if (typeof name !== 'string') throw argType('The "counter" argument must be a string.');
      if (!Object.hasOwn(COUNTERS, name)) {
        throw argValue('The "counter" argument is not a valid statistic name.');
      }
      return native.stmtStatus(this.#handle, COUNTERS[name], 0);
    }

    resetStats() {
      Statement.#check(this);
      this.#live();
      for (const counter of Object.values(COUNTERS)) native.stmtStatus(this.#handle, counter, 1);
    }

    /** Throws for a finalized statement. */
    #live() {
      native.stmtStatus(this.#handle, COUNTERS.run, 0);
      if (I32[STATUS] !== 0) raise();
    }

    #set(option, value, name = option) {
      // A finalized statement says so before anything is said of the argument.
      this.#live();
      if (typeof value !== 'boolean') throw argType(`The "${name}" argument must be a boolean.`);
      this.#options = { ...this.#options, [option]: value };
    }

    setAllowBareNamedParameters() {
      Statement.#check(this);
      this.#set('allowBareNamedParameters', arguments[0]);
    }

    setAllowUnknownNamedParameters() {
      Statement.#check(this);
      this.#set('allowUnknownNamedParameters', arguments[0], 'enabled');
    }

    setReadBigInts() {
      Statement.#check(this);
      this.#set('readBigInts', arguments[0]);
      native.stmtBigInts(this.#handle, arguments[0] ? 1 : 0);
    }

    setReturnArrays() {
      Statement.#check(this);
      this.#set('returnArrays', arguments[0]);
    }

    close() {
      Statement.#check(this);
      if (this.#busy) throw state(EXECUTING);
      native.stmtFinalize(this.#handle);
      if (I32[STATUS] !== 0) raise();
    }

    [DISPOSE]() {
      Statement.#check(this);
      // Disposing twice is fine, and so is disposing after the database was closed.
      if (Statement.internals.isFinalized(this)) return;
      if (this.#busy) throw state(EXECUTING);
      native.stmtFinalize(this.#handle);
      if (I32[STATUS] !== 0) raise();
    }

    /** For the iterator: the next row, or `undefined` at the end. */
    static next(statement, turn) {
      Statement.#ready(statement, turn);
      const arrays = statement.#options.returnArrays;
      const first = native.stmtNext(statement.#handle);
      if (I32[STATUS] !== 0) raise();
      return statement.#row(first, arrays);
    }

    /** For the iterator: gives locks back before the end, unless they are another execution's. */
    static stop(statement, turn) {
      if (statement.#busy || statement.#conn.authorizing !== 0) statement.#unusual();
      native.stmtIdle(statement.#handle);
      if (I32[STATUS] !== 0) raise();
      if (statement.#turn !== turn) return;
      native.stmtReset(statement.#handle);
      if (I32[STATUS] !== 0) raise();
    }

    static #ready(statement, turn) {
      const conn = statement.#conn;
      if (
        statement.#busy ||
        conn.authorizing !== 0 ||
        statement.#turn !== turn ||
        queries.hasSubscribers !== conn.traced
      ) {
        statement.#unusual();
        if (statement.#turn !== turn) throw state('iterator was invalidated');
      }
    }

    /** For the iterator: whether the statement is finalized, as an error. */
    static check(statement) {
      statement.#live();
    }
  }

  /** Counters of a statement, by their numbers in SQLite. */
  const COUNTERS = {
    fullscanStep: 1,
    sort: 2,
    autoindex: 3,
    vmStep: 4,
    reprepare: 5,
    run: 6,
    filterMiss: 7,
    filterHit: 8,
    memused: 99,
  };

  /** @throws always: such objects are made by methods of others */
  function illegalConstructor() {
    throw coded(Error, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
  }

  function StatementSync() {
    illegalConstructor();
  }

  dressMethods(Statement.prototype, StatementSync);
  // Nobody sees the base class.
  Object.setPrototypeOf(Statement.prototype, Object.prototype);

  // ---------------------------------------------------------------------------------------------
  // Iterators

  function result(done, value) {
    const object = { ...EMPTY, __proto__: null };
    object.done = done;
    object.value = value;
    return object;
  }

  class StatementIterator {
    #statement;
    #turn;
    #done = false;

    constructor(statement, turn) {
      this.#statement = statement;
      this.#turn = turn;
      uncloneable(this);
    }

    static #check(receiver) {
      if (receiver === null || typeof receiver !== 'object' || !(#statement in receiver)) {
        throw illegal();
      }
    }

    next() {
      StatementIterator.#check(this);
      if (this.#done) {
        Statement.check(this.#statement);
        return result(true, null);
      }
      const row = Statement.next(this.#statement, this.#turn);
      if (row === undefined) {
        this.#done = true;
        return result(true, null);
      }
      return result(false, row);
    }

    return() {
      StatementIterator.#check(this);
      Statement.check(this.#statement);
      if (!this.#done) {
        Statement.stop(this.#statement, this.#turn);
        this.#done = true;
      }
      return result(true, null);
    }
  }

  function StatementSyncIterator() {
    illegalConstructor();
  }

  dressMethods(StatementIterator.prototype, StatementSyncIterator);
  Object.setPrototypeOf(
    StatementIterator.prototype,
    Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  );

  // ---------------------------------------------------------------------------------------------
  // Sessions

  class DatabaseSession {
    #handle;
    // eslint-disable-next-line no-unused-private-class-members -- it keeps the native object
    #token;
    #conn;
    #closed = false;

    constructor(token, conn) {
      this.#handle = handleIn(token);
      this.#token = token;
      this.#conn = conn;
      uncloneable(this);
    }

    static #open(receiver) {
      if (receiver === null || typeof receiver !== 'object' || !(#handle in receiver)) {
        throw illegal();
      }
      if (receiver.#conn.handle === undefined) throw state('database is not open');
      return receiver.#handle;
    }

    static #changes(receiver, patchset) {
      const handle = DatabaseSession.#open(receiver);
      if (receiver.#closed) throw state('session is not open');
      if (receiver.#conn.authorizing !== 0) throw state(FROM_AUTHORIZER);
      const bytes = native.sessionChanges(handle, patchset);
      if (I32[STATUS] !== 0) raise();
      return ofThisRealm(bytes);
    }

    changeset() {
      return DatabaseSession.#changes(this, 0);
    }

    patchset() {
      return DatabaseSession.#changes(this, 1);
    }

    close() {
      native.sessionClose(DatabaseSession.#open(this));
      if (I32[STATUS] !== 0) raise();
      this.#closed = true;
    }

    [DISPOSE]() {
      if (this === null || typeof this !== 'object' || !(#handle in this)) throw illegal();
      native.sessionClose(this.#handle);
      if (I32[STATUS] === 0) this.#closed = true;
      // Disposing twice is fine, and so is disposing after the database was closed; not in a callback.
      if (I32[STATUS] === 0) return;
      const why = failure(native.takeFailure());
      if (this.#conn.handle !== undefined && why.message !== 'session is not open') throw why;
    }
  }

  function Session() {
    illegalConstructor();
  }

  dressMethods(DatabaseSession.prototype, Session);

  // ---------------------------------------------------------------------------------------------
  // Databases

  /** The path of a database: a string, bytes, or a `file:` URL, none with a NUL. */
  function checkPath(path) {
    if (typeof path === 'string') {
      if (!path.includes('\0')) return path;
    } else if (isUint8Array(path)) {
      // A copy, because getters of options may take the bytes away. A detached one is as empty as any other.
      if (path.length === 0) return '';
      if (!includesByte(path, 0)) return new Uint8Array(path);
    } else if (typeof path === 'object' && path !== null) {
      const { href } = path;
      if (typeof href === 'string' && !href.includes('\0')) {
        if (!href.startsWith('file:')) {
          throw coded(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file:');
        }
        return href;
      }
    }
    throw argType('The "path" argument must be a string, Uint8Array, or URL without null bytes.');
  }

  /** The options of `new DatabaseSync()`, checked in Node's order. */
  function checkOptions(options) {
    checkObject(options);
    const open = boolean(options, 'open') ?? true;
    const readOnly = boolean(options, 'readOnly') ?? false;
    const foreignKeys = boolean(options, 'enableForeignKeyConstraints') ?? true;
    const doubleQuoted = boolean(options, 'enableDoubleQuotedStringLiterals') ?? false;
    const extensions = boolean(options, 'allowExtension') ?? false;
    const { timeout = 0 } = options;
    if (!isInt32(timeout)) {
      throw argType('The "options.timeout" argument must be an integer.');
    }
    const readBigInts = boolean(options, 'readBigInts') ?? false;
    const returnArrays = boolean(options, 'returnArrays') ?? false;
    const allowBareNamedParameters = boolean(options, 'allowBareNamedParameters') ?? true;
    const allowUnknownNamedParameters = boolean(options, 'allowUnknownNamedParameters') ?? false;
    const defensive = boolean(options, 'defensive') ?? true;
    const { limits } = options;
    return {
      open,
      bits:
        (readOnly ? 1 : 0) |
        (foreignKeys ? 2 : 0) |
        (doubleQuoted ? 4 : 0) |
        (defensive ? 8 : 0) |
        (extensions ? 16 : 0),
      extensions,
      timeout,
      limits: limits === undefined ? NO_LIMITS : lib('limits').check(limits),
      statement: {
        readBigInts,
        returnArrays,
        allowBareNamedParameters,
        allowUnknownNamedParameters,
      },
    };
  }

  /** The handle of a connection that getters of options may have closed. */
  function stillOpen(conn) {
    if (conn.handle === undefined) throw state('database is not open');
    return conn.handle;
  }

  const NO_OPTIONS = {};
  /** How a statement is prepared, as in src/stmt.rs. */
  const PERSISTENT = 1;
  const COUNTED = 2;
  const NO_LIMITS = [];

  /** The state of a connection of which a database, its statements and sessions know. */
  class Connection {
    /** Undefined while closed. */
    handle = undefined;
    /** Whoever uses the handle holds its token. */
    token = undefined;
    /** How many calls of the authorizer are under way: then the connection must not be used. */
    authorizing = 0;
    /** Whether statements are reported to the diagnostics channel, and by which function. */
    traced = false;
    publish = undefined;
    /** The functions that SQLite calls; the native half refers to them weakly. */
    functions = undefined;
    authorizer = undefined;

    constructor(database, path, options) {
      this.database = database;
      this.path = path;
      this.options = options;
      this.extensions = options.extensions;
    }

    open() {
      const { bits, timeout, limits } = this.options;
      const token = native.dbOpen(this.path, bits, timeout);
      if (I32[STATUS] !== 0) raise();
      const handle = handleIn(token);
      for (const [id, value] of limits) native.dbLimit(handle, id, value);
      this.extensions = this.options.extensions;
      this.token = token;
      this.handle = handle;
    }

    /** After the native half has closed. */
    closed() {
      used();
      this.handle = undefined;
      this.token = undefined;
      this.traced = false;
      this.functions = undefined;
      this.authorizer = undefined;
    }
  }

  class Database {
    // In Node's order, which is that of the prototype's keys.
    #conn;
    #limits = undefined;

    constructor(path, options) {
      const conn = new Connection(this, path, options);
      this.#conn = conn;
      defineProperty(this, 'isOpen', Database.#isOpen);
      defineProperty(this, 'isTransaction', Database.#isTransaction);
      defineProperty(this, 'limits', Database.#limitsOf);
      this[SQLITE_TYPE] = 'node:sqlite';
      uncloneable(this);
      if (options.open) conn.open();
    }

    static #isOpen = accessor(function () {
      return Database.#of(this).handle !== undefined;
    });

    static #isTransaction = accessor(function () {
      const open = native.dbInTransaction(Database.live(this).handle);
      if (I32[STATUS] !== 0) raise();
      return open;
    });

    static #limitsOf = accessor(function () {
      Database.#of(this);
      this.#limits ??= lib('limits').limitsOf(
        (id) => native.dbLimit(Database.live(this).handle, id, -1),
        (id, value) => native.dbLimit(Database.opened(this).handle, id, value),
      );
      return this.#limits;
    });

    /** The connection of a database. */
    static #of(receiver) {
      if (receiver === null || typeof receiver !== 'object' || !(#conn in receiver)) {
        throw illegal();
      }
      return receiver.#conn;
    }

    static isDatabase(value) {
      return #conn in value;
    }

    /** The same, open. */
    static live(receiver) {
      const conn = Database.#of(receiver);
      if (conn.handle === undefined) throw state('database is not open');
      if (queries.hasSubscribers !== conn.traced) retrace(conn);
      return conn;
    }

    /** The same, and not in the middle of asking its authorizer. */
    static opened(receiver) {
      const conn = Database.live(receiver);
      if (conn.authorizing !== 0) throw state(FROM_AUTHORIZER);
      return conn;
    }

    open() {
      const conn = Database.#of(this);
      if (conn.handle !== undefined) throw state('database is already open');
      conn.open();
    }

    close() {
      const conn = Database.live(this);
      native.dbClose(conn.handle);
      if (I32[STATUS] !== 0) raise();
      conn.closed();
    }

    prepare() {
      const conn = Database.opened(this);
      const sql = arguments[0];
      if (typeof sql !== 'string') throw argType('The "sql" argument must be a string.');
      let options = conn.options.statement;
      let persistent = false;
      if (arguments[1] !== undefined) {
        const given = arguments[1];
        checkObject(given);
        options = {
          returnArrays: boolean(given, 'returnArrays') ?? options.returnArrays,
          readBigInts: boolean(given, 'readBigInts') ?? options.readBigInts,
          allowBareNamedParameters:
            boolean(given, 'allowBareNamedParameters') ?? options.allowBareNamedParameters,
          allowUnknownNamedParameters:
            boolean(given, 'allowUnknownNamedParameters') ?? options.allowUnknownNamedParameters,
        };
        persistent = boolean(given, 'persistent') ?? false;
        // A getter may have closed the database.
        Database.live(this);
      }
      return Database.#prepared(conn, sql, persistent ? PERSISTENT : 0, options);
    }

    /** The same for a tag store: Node gives SQLite the length of such a text, which it then says is too long. */
    static prepareCounted(database, sql) {
      const conn = Database.opened(database);
      return Database.#prepared(conn, sql, COUNTED, conn.options.statement);
    }

    static #prepared(conn, sql, how, options) {
      const statement = native.dbPrepare(conn.handle, sql, how);
      if (I32[STATUS] !== 0) raise();
      if (statement === undefined) throw argValue('The SQL query contains no statements.');
      return new Statement(statement, conn, options);
    }

    exec() {
      const conn = Database.opened(this);
      const sql = arguments[0];
      if (typeof sql !== 'string') throw argType('The "sql" argument must be a string.');
      native.dbExec(conn.handle, sql);
      if (I32[STATUS] !== 0) raise();
    }

    function() {
      lib('functions').define(Database.opened(this), arguments);
    }

    createTagStore() {
      return lib('tag-store').create(Database.opened(this), arguments[0]);
    }

    location() {
      const conn = Database.live(this);
      const name = arguments[0] === undefined ? 'main' : arguments[0];
      if (typeof name !== 'string') throw argType('The "dbName" argument must be a string.');
      const path = native.dbLocation(conn.handle, name);
      if (I32[STATUS] !== 0) raise();
      return path;
    }

    aggregate() {
      lib('functions').defineAggregate(Database.opened(this), arguments);
    }

    createSession() {
      return lib('content').createSession(Database.opened(this), arguments);
    }

    applyChangeset() {
      return lib('content').applyChangeset(Database.opened(this), arguments);
    }

    enableLoadExtension() {
      lib('content').enableLoadExtension(Database.opened(this), arguments[0]);
    }

    enableDefensive() {
      lib('content').enableDefensive(Database.opened(this), arguments[0]);
    }

    loadExtension() {
      lib('content').loadExtension(Database.live(this), this, arguments);
    }

    serialize() {
      return lib('content').serialize(Database.opened(this), arguments[0]);
    }

    deserialize() {
      lib('content').deserialize(Database.live(this), arguments);
    }

    setAuthorizer() {
      lib('functions').setAuthorizer(Database.opened(this), arguments[0]);
    }

    createModule() {
      lib('modules').create(Database.opened(this), arguments);
    }

    [DISPOSE]() {
      const conn = Database.#of(this);
      if (conn.handle === undefined) return;
      native.dbClose(conn.handle);
      // In a callback it stays open, and nothing is said of it.
      if (I32[STATUS] === 0) conn.closed();
    }
  }

  /**
   * A connection to a SQLite database.
   *
   * A plain function, because Node's class may not be called without `new` and says so with a code.
   */
  function DatabaseSync() {
    if (new.target === undefined) {
      throw coded(
        TypeError,
        'ERR_CONSTRUCT_CALL_REQUIRED',
        'Cannot call constructor without `new`',
      );
    }
    const path = checkPath(arguments[0]);
    // A second argument counts even when it is undefined, as in Node.
    const options = checkOptions(arguments.length > 1 ? arguments[1] : NO_OPTIONS);
    if (options.extensions && process.permission !== undefined) {
      throw coded(
        Error,
        'ERR_LOAD_SQLITE_EXTENSION',
        'Cannot load SQLite extensions when the permission model is enabled.',
      );
    }
    return Reflect.construct(Database, [path, options], new.target);
  }

  dressMethods(Database.prototype, DatabaseSync);

  /** Copies a database into a file. @returns {Promise<number>} how many pages it has */
  function backup(sourceDb, path) {
    void path; // declared, because Node's function has two parameters
    return lib('backup').start(sourceDb, arguments);
  }

  // ---------------------------------------------------------------------------------------------
  // What is loaded when it is first used

  /** What the files of lib/ get of this one. */
  const core = {
    native,
    uncurry,
    handleIn,
    errors: { coded, argType, argValue, outOfRange, state, sqliteError, illegal, failure },
    /** Throws what the last call of the native half left, if it left anything. */
    settle() {
      if (I32[STATUS] !== 0) raise();
    },
    checkObject,
    stillOpen,
    checkPath,
    isObject,
    isInt32,
    isUint8Array,
    ofThisRealm,
    boolean,
    defineProperty,
    accessor,
    dressMethods,
    cells: { U8, U16, I32, F64, SIDE, EMPTY, ROWS_AT, substring, cell },
    uncloneable,
    illegalConstructor,
    Database,
    DatabaseSync,
    DatabaseSession,
    Statement,
    StatementSync,
  };

  const loaded = new Map();

  /** A file of lib/, which is a function of the core. */
  function lib(name) {
    let part = loaded.get(name);
    if (part === undefined) {
      part = require(`./${name}.cjs`)(core);
      loaded.set(name, part);
    }
    return part;
  }

  // ---------------------------------------------------------------------------------------------
  // The module

  /**
   * Numbers of SQLite, without their prefix: as in Node, each a read-only property. As text, because V8
   * takes longer to compile an object of this size than to read this.
   */
  const CONSTANTS =
    'CHANGESET_OMIT 0 CHANGESET_REPLACE 1 CHANGESET_ABORT 2 CHANGESET_DATA 1 ' +
    'CHANGESET_NOTFOUND 2 CHANGESET_CONFLICT 3 CHANGESET_CONSTRAINT 4 CHANGESET_FOREIGN_KEY 5 ' +
    'OK 0 DENY 1 IGNORE 2 CREATE_INDEX 1 CREATE_TABLE 2 CREATE_TEMP_INDEX 3 CREATE_TEMP_TABLE 4 ' +
    'CREATE_TEMP_TRIGGER 5 CREATE_TEMP_VIEW 6 CREATE_TRIGGER 7 CREATE_VIEW 8 DELETE 9 ' +
    'DROP_INDEX 10 DROP_TABLE 11 DROP_TEMP_INDEX 12 DROP_TEMP_TABLE 13 DROP_TEMP_TRIGGER 14 ' +
    'DROP_TEMP_VIEW 15 DROP_TRIGGER 16 DROP_VIEW 17 INSERT 18 PRAGMA 19 READ 20 SELECT 21 ' +
    'TRANSACTION 22 UPDATE 23 ATTACH 24 DETACH 25 ALTER_TABLE 26 REINDEX 27 ANALYZE 28 ' +
    'CREATE_VTABLE 29 DROP_VTABLE 30 FUNCTION 31 SAVEPOINT 32 COPY 0 RECURSIVE 33';
  const constants = {};
  {
    const words = CONSTANTS.split(' ');
    for (let i = 0; i < words.length; i += 2) {
      defineProperty(constants, `SQLITE_${words[i]}`, { value: +words[i + 1], enumerable: true });
    }
  }

  const exported = {
    DatabaseSync,
    StatementSync,
    Session,
    constants,
    backup,
    // The names that these classes will have in Node.
    Database: DatabaseSync,
    Statement: StatementSync,
  };
  /** What goes beyond node:sqlite: the package's own entry `@threadproof/sqlite/extras` gives it. */
  Object.defineProperty(exported, 'extras', { get: () => lib('extras') });
  return exported;
};
