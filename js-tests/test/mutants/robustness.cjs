'use strict';
// Mutants for the topics "robustness" and "robustness-large": `tests` says which of its tests have to notice, by a pattern on their
// ids; only those are run, because all of them take a while. `spoil` gets a module and gives it back
// broken, or another in its place.

const fs = require('node:fs');

/** Replaces a method of a class; `replacement(method, self, args)`. */
function patch(prototype, name, replacement) {
  const method = prototype[name];
  if (method === undefined) return;
  prototype[name] = function patched(...args) {
    return replacement(method, this, args);
  };
}

/** Prototypes of all classes, also of those that are not exported. */
function prototypes({ DatabaseSync, StatementSync, Session }) {
  const db = new DatabaseSync(':memory:');
  const iterator = Object.getPrototypeOf(db.prepare('SELECT 1').iterate());
  const store = Object.getPrototypeOf(db.createTagStore());
  db.close();
  return [DatabaseSync.prototype, StatementSync.prototype, Session.prototype, iterator, store];
}

/** Replaces every method of every class. */
function patchAll(module, replacement) {
  for (const prototype of prototypes(module)) {
    for (const key of Reflect.ownKeys(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, key);
      if (key !== 'constructor' && typeof value === 'function') patch(prototype, key, replacement);
    }
  }
}

const caught = (handle) => (method, self, args) => {
  try {
    return method.apply(self, args);
  } catch (error) {
    return handle(error);
  }
};

/** A module with another `backup`. */
const withBackup = (module, backup) => ({ ...module, backup });

/** Turns each value of a row into another. */
const eachValue = (change) => (method, self, args) => {
  const row = method.apply(self, args);
  for (const key of Object.keys(row ?? {})) row[key] = change(row[key]);
  return row;
};

const viaJson = (value) =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');

module.exports = {
  /** close() in a callback says nothing. */
  'closes-in-silence': {
    tests: /^robustness\/misuse /,
    spoil(module) {
      patch(
        module.DatabaseSync.prototype,
        'close',
        caught(() => undefined),
      );
    },
  },
  /** What user code throws comes out wrapped. */
  'wraps-exceptions': {
    tests: /^robustness\/thrown /,
    spoil(module) {
      const wrapped = caught((cause) => {
        throw new Error('wrapped', { cause });
      });
      patchAll(module, wrapped);
      const { DatabaseSync } = module;
      return {
        ...module,
        DatabaseSync: new Proxy(DatabaseSync, {
          construct: (...args) => wrapped(Reflect.construct, null, args),
        }),
      };
    },
  },
  /** An exit from a callback ends with another code. */
  'exits-with-another-code': {
    tests: /^robustness\/(exits |backup > process.exit)/,
    spoil() {
      const { exit } = process;
      process.exit = (code) => exit.call(process, code + 1);
    },
  },
  /** What runs in a thread is not ended with it: a lock of it stays. */
  'leaves-locks': { tests: /^robustness\/(terminated |backup > a worker that is terminated)/ },
  /** Text ends at its first NUL. */
  'cuts-at-nul': {
    tests: /^robustness\/data > text /,
    spoil(module) {
      const cut = (value) => (typeof value === 'string' ? value.split('\0')[0] : value);
      patch(module.StatementSync.prototype, 'get', eachValue(cut));
    },
  },
  /** Integers are rounded instead of refused. */
  'rounds-integers': {
    tests: /^robustness\/data > integers /,
    spoil(module) {
      const rounded = (error) => {
        if (error.code === 'ERR_OUT_OF_RANGE') return { v: 2 ** 53 };
        throw error;
      };
      patch(module.StatementSync.prototype, 'get', caught(rounded));
    },
  },
  /** Equal bytes are the same object for all who read them. */
  'shares-bytes': {
    tests: /^robustness\/data > bytes /,
    spoil(module) {
      const known = new Map();
      const share = (value) => {
        if (!(value instanceof Uint8Array)) return value;
        const key = Buffer.from(value).toString('hex');
        if (!known.has(key)) known.set(key, value);
        return known.get(key);
      };
      patch(module.StatementSync.prototype, 'get', eachValue(share));
    },
  },
  /** Accumulators are kept as JSON. */
  'json-accumulators': {
    tests: /^robustness\/data > an accumulator /,
    spoil(module) {
      patch(module.DatabaseSync.prototype, 'aggregate', (aggregate, self, [name, options]) => {
        const { step, result } = options;
        const copied = { ...options, step: (sum, value) => step(viaJson(sum), value) };
        if (result) copied.result = (sum) => result(viaJson(sum));
        return aggregate.call(self, name, copied);
      });
    },
  },
  /** The last byte of a blob is lost. */
  'cuts-bytes': {
    tests: /^robustness\/buffers /,
    spoil(module) {
      const cut = (value) => (value instanceof Uint8Array ? value.subarray(1) : value);
      patch(module.StatementSync.prototype, 'get', eachValue(cut));
    },
  },
  /** Whose object a receiver is does not matter. */
  'ignores-wrong-receivers': {
    tests: /^robustness\/receivers > every method and accessor /,
    spoil(module) {
      patch(
        module.StatementSync.prototype,
        'columns',
        caught(() => []),
      );
    },
  },
  /** Statements can be made by anybody. */
  'constructs-statements': {
    tests: /^robustness\/receivers > an object that looks /,
    spoil: (module) => ({
      ...module,
      StatementSync: Object.assign(function StatementSync() {}, {
        prototype: module.StatementSync.prototype,
      }),
    }),
  },
  /** Errors are texts. */
  'throws-texts': {
    tests: /^robustness\/(receivers > every method takes|sequences > )/,
    spoil(module) {
      const asText = ({ message }) => {
        throw message;
      };
      for (const prototype of prototypes(module)) {
        for (const name of ['exec', 'get', 'close']) patch(prototype, name, caught(asText));
      }
    },
  },
  /** backup() takes anything for a database. */
  'backs-up-anything': {
    tests: /^robustness\/receivers > backup\(\) refuses /,
    spoil: (module) =>
      withBackup(module, (db, ...rest) =>
        Object.getPrototypeOf(Object(db)) === Object.prototype
          ? Promise.resolve(0)
          : module.backup(db, ...rest),
      ),
  },
  /** What was once made is held for ever. */
  'never-lets-go': {
    tests: /^robustness\/(lifetimes |tables > rows are collected)/,
    spoil(module) {
      globalThis.heldByMutant = [];
      patchAll(module, (method, self, args) => {
        const result = method.apply(self, args);
        globalThis.heldByMutant.push(self, args, result);
        return result;
      });
    },
  },
  /** Who is collected takes the database along. */
  'finalizers-close-databases': {
    tests: /^robustness\/lifetimes > (a child keeps alive|an iterator goes on)/,
    spoil(module) {
      const registry = new FinalizationRegistry((db) => db.isOpen && db.close());
      patch(module.DatabaseSync.prototype, 'prepare', (prepare, self, args) => {
        const statement = prepare.apply(self, args);
        registry.register(statement, self);
        return statement;
      });
    },
  },
  /** A call on what was closed says nothing. */
  'survives-close': {
    tests: /^robustness\/(after |lifetimes > an explicit close)/,
    spoil(module) {
      const ignored = (error) => {
        if (error.code === 'ERR_INVALID_STATE') return [];
        throw error;
      };
      patch(module.StatementSync.prototype, 'all', caught(ignored));
    },
  },
  /** What is too large is taken for something else. */
  'takes-anything-for-small': {
    tests: /^robustness-large\/values > (bytes|text)/,
    spoil(module) {
      const small = () => ({ n: 0 });
      for (const prototype of prototypes(module)) {
        patch(prototype, 'get', caught(small));
        patch(prototype, 'exec', caught(small));
      }
    },
  },
  /** Names of columns are cut. */
  'cuts-names': {
    tests: /^robustness-large\/values > a column/,
    spoil(module) {
      patch(module.StatementSync.prototype, 'get', (get, self, args) => {
        const row = get.apply(self, args);
        return Object.fromEntries(
          Object.entries(row).map(([key, value]) => [key.slice(0, 9), value]),
        );
      });
    },
  },
  /** backup() says that it is done, and copies nothing. */
  'copies-nothing': {
    tests:
      /^robustness\/backup > (a source|what the connection|several|a thread lives|a backup waits)/,
    spoil: (module) => withBackup(module, async () => 1),
  },
  /** A backup that fails leaves a file. */
  'leaves-a-part': {
    tests: /^robustness\/backup > a backup that fails/,
    spoil: (module) =>
      withBackup(module, async (db, file, ...rest) => {
        try {
          return await module.backup(db, file, ...rest);
        } catch (error) {
          fs.writeFileSync(file, 'a part');
          throw error;
        }
      }),
  },
  /** All steps are made in one turn of the event loop. */
  'steps-without-turns': {
    tests: /^robustness-large\/backup /,
    spoil: (module) =>
      withBackup(module, async (db, file, { progress, ...options }) => {
        let steps = 0;
        const counted = () => {
          steps += 1;
        };
        const pages = await module.backup(db, file, { ...options, progress: counted });
        for (; steps > 0; steps -= 1) progress();
        return pages;
      }),
  },
  /** Virtual tables have no rows. */
  'makes-no-rows': {
    tests: /^robustness\/tables > (rows (come|may)|what is|a scan|arguments|a module)/,
    spoil(module) {
      patch(module.DatabaseSync.prototype, 'createModule', (create, self, [name, options]) =>
        create.call(self, name, { ...options, rows: () => [] }),
      );
    },
  },
  /** The iterator of a scan is never returned. */
  'never-returns-iterators': {
    tests: /^robustness\/tables > a scan /,
    spoil(module) {
      patch(module.DatabaseSync.prototype, 'createModule', (create, self, [name, options]) => {
        const rows = (...args) => {
          const iterator = options.rows(...args)[Symbol.iterator]();
          return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) };
        };
        return create.call(self, name, { ...options, rows });
      });
    },
  },
};
