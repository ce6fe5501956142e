'use strict';

/** What concerns a connection as a whole: sessions, changesets, copies of it, extensions. */

module.exports = ({
  native,
  settle,
  uncurry,
  errors,
  checkObject,
  stillOpen,
  isInt32,
  isUint8Array,
  ofThisRealm,
  Database,
  DatabaseSession,
}) => {
  const { argType, argValue, coded, outOfRange, state } = errors;
  const invoke = uncurry(Function.prototype.call);
  /** Bytes of a changeset, which SQLite counts in an int. */
  const LONGEST = 0x7fffffff;
  const ABORTED = 4;
  const ABORT = 2;
  /** An answer that SQLite takes for a misuse, like any that is no answer. */
  const NO_ANSWER = -1;
  const LOAD_EXTENSION = 0;
  const DEFENSIVE = 1;

  /** An own property that must be a string; other properties are not looked at. */
  function ownString(options, name) {
    if (!Object.hasOwn(options, name)) return undefined;
    const value = options[name];
    if (typeof value !== 'string') {
      throw argType(`The "options.${name}" argument must be a string.`);
    }
    return value;
  }

  function checkFunction(value, name) {
    if (typeof value !== 'function') {
      throw argType(`The "options.${name}" argument must be a function.`);
    }
  }

  return {
    /** `createSession(options?)` */
    createSession(conn, args) {
      let table;
      let name;
      if (args.length > 0) {
        const [options] = args;
        checkObject(options);
        // As in Node, an empty name stands for all tables.
        table = ownString(options, 'table') || undefined;
        name = ownString(options, 'db');
      }
      const handle = native.dbSession(stillOpen(conn), name ?? 'main', table);
      settle();
      return new DatabaseSession(handle, conn);
    },

    /** `applyChangeset(changeset, options?)` */
    applyChangeset(conn, args) {
      const [changeset, options] = args;
      if (!isUint8Array(changeset)) {
        throw argType('The "changeset" argument must be a Uint8Array.');
      }
      let conflict = () => ABORT;
      let filter;
      if (options !== undefined) {
        checkObject(options);
        const { onConflict } = options;
        if (onConflict !== undefined) {
          checkFunction(onConflict, 'onConflict');
          conflict = (kind) => {
            const answer = invoke(onConflict, null, kind);
            return isInt32(answer) ? answer : NO_ANSWER;
          };
        }
        if (Object.hasOwn(options, 'filter')) {
          const wanted = options.filter;
          checkFunction(wanted, 'filter');
          filter = (table) => (invoke(wanted, null, table) ? 1 : 0);
        }
      }
      stillOpen(conn);
      if (changeset.length > LONGEST) throw outOfRange('The changeset is too large.');
      const code = native.dbApply(conn.handle, changeset, conflict, filter);
      try {
        settle();
      } catch (error) {
        // Node's has no text of the code, which is the message here.
        delete error.errstr;
        throw error;
      }
      return code !== ABORTED;
    },

    /** `serialize(dbName?)` */
    serialize(conn, dbName = 'main') {
      if (typeof dbName !== 'string') throw argType('The "dbName" argument must be a string.');
      const bytes = native.dbSerialize(conn.handle, dbName);
      settle();
      return ofThisRealm(bytes);
    },

    /** `deserialize(buffer, options?)` */
    deserialize(conn, args) {
      native.dbInCallback(conn.handle);
      settle();
      if (conn.authorizing !== 0) {
        throw state('database cannot be deserialized while in a callback');
      }
      const [buffer, options] = args;
      if (!isUint8Array(buffer)) throw argType('The "buffer" argument must be a Uint8Array.');
      const { length } = buffer;
      if (length === 0) throw argValue('The "buffer" argument must not be empty.');
      let dbName = 'main';
      if (options !== undefined) {
        checkObject(options);
        const value = options.dbName;
        if (value !== undefined) {
          if (typeof value !== 'string') {
            throw argType('The "options.dbName" argument must be a string.');
          }
          dbName = value;
        }
      }
      stillOpen(conn);
      if (buffer.length < length) {
        throw state('The "buffer" argument was resized while reading "options"');
      }
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, length);
      native.dbDeserialize(conn.handle, bytes, dbName);
      try {
        settle();
      } catch (error) {
        if (error.code === 'ERR_RESOURCE') error.code = 'ERR_MEMORY_ALLOCATION_FAILED';
        throw error;
      }
    },

    /** `enableLoadExtension(allow)` */
    enableLoadExtension(conn, allow) {
      if (typeof allow !== 'boolean') throw argType('The "allow" argument must be a boolean.');
      if (allow && !conn.options.extensions) {
        throw state(
          'Cannot enable extension loading because it was disabled at database creation.',
        );
      }
      native.dbConfigure(conn.handle, LOAD_EXTENSION, allow ? 1 : 0);
      settle();
      conn.extensions = allow;
    },

    /** `loadExtension(path, entryPoint?)` */
    loadExtension(conn, database, args) {
      if (!conn.extensions) throw state('extension loading is not allowed');
      Database.opened(database);
      const [path, entry] = args;
      if (typeof path !== 'string') throw argType('The "path" argument must be a string.');
      const message = native.dbLoadExtension(
        conn.handle,
        path,
        typeof entry === 'string' ? entry : undefined,
      );
      settle();
      if (message !== undefined) throw coded(Error, 'ERR_LOAD_SQLITE_EXTENSION', message);
    },

    /** `enableDefensive(active)` */
    enableDefensive(conn, active) {
      if (typeof active !== 'boolean') throw argType('The "active" argument must be a boolean.');
      native.dbConfigure(conn.handle, DEFENSIVE, active ? 1 : 0);
      settle();
    },
  };
};
