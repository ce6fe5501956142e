'use strict';

/** Tag stores: prepared statements by the text of their template, the least recently used ones forgotten. */

const { isProxy } = require('node:util').types;

module.exports = ({
  errors,
  isInt32,
  defineProperty,
  accessor,
  dressMethods,
  uncloneable,
  illegalConstructor,
  Database,
  Statement,
}) => {
  const { argType, argValue, illegal, outOfRange } = errors;
  const { byPosition, isFinalized, parameters } = Statement.internals;
  const { all, get, iterate, run } = Statement.prototype;
  const DEFAULT_SIZE = 1000;

  /** The SQL of a template; as many placeholders as there are values. */
  function join(parts, count) {
    if (!Array.isArray(parts) || isProxy(parts)) {
      throw argType('First argument must be an array of strings (template literal).');
    }
    let sql = '';
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (typeof part !== 'string') throw argType('Template literal parts must be strings.');
      sql += part;
      if (i < count) sql += '?';
    }
    return sql;
  }

  class TagStore {
    #database;
    #capacity;
    /** In the order of their last use. */
    #statements = new Map();

    constructor(database, capacity) {
      this.#database = database;
      this.#capacity = capacity;
      defineProperty(this, 'capacity', TagStore.#capacityOf);
      defineProperty(this, 'db', TagStore.#db);
      defineProperty(this, 'size', TagStore.#size);
      uncloneable(this);
    }

    static #capacityOf = accessor(function () {
      return TagStore.#check(this).#capacity;
    });
    static #db = accessor(function () {
      return TagStore.#check(this).#database;
    });
    static #size = accessor(function () {
      return TagStore.#check(this).#statements.size;
    });

    static #check(receiver) {
      if (receiver === null || typeof receiver !== 'object' || !(#capacity in receiver)) {
        throw illegal();
      }
      return receiver;
    }

    /** The statement of a template: a kept one, or a new one that may push out the oldest. */
    #statement(sql) {
      const kept = this.#statements.get(sql);
      if (kept !== undefined) {
        this.#statements.delete(sql);
        if (!isFinalized(kept)) {
          this.#statements.set(sql, kept);
          return kept;
        }
      }
      const statement = Database.prepareCounted(this.#database, sql);
      if (this.#statements.size >= this.#capacity) {
        this.#statements.delete(this.#statements.keys().next().value);
      }
      this.#statements.set(sql, statement);
      return statement;
    }

    static #call(receiver, method, args) {
      const store = TagStore.#check(receiver);
      Database.opened(store.#database);
      const [parts, ...values] = args;
      const statement = store.#statement(join(parts, values.length));
      if (parameters(statement) !== values.length) {
        throw argValue('SQLite parameters must be bound using template literal placeholders.');
      }
      return byPosition(statement, method, values);
    }

    get() {
      return TagStore.#call(this, get, arguments);
    }

    all() {
      return TagStore.#call(this, all, arguments);
    }

    iterate() {
      return TagStore.#call(this, iterate, arguments);
    }

    run() {
      return TagStore.#call(this, run, arguments);
    }

    clear() {
      TagStore.#check(this).#statements.clear();
    }
  }

  function SQLTagStore() {
    illegalConstructor();
  }

  dressMethods(TagStore.prototype, SQLTagStore);

  return {
    /** `createTagStore(maxSize?)` */
    create(conn, maxSize = DEFAULT_SIZE) {
      const must = 'The "maxSize" argument must be a positive integer.';
      if (typeof maxSize !== 'number') throw argType(must);
      if (!isInt32(maxSize) || maxSize <= 0) throw outOfRange(must);
      return new TagStore(conn.database, maxSize);
    },
  };
};
