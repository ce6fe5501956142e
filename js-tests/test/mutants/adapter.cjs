'use strict';
// A target that is broken in one way, named by THREADPROOF_MUTANT: node:sqlite or the addon, spoiled from JavaScript.
// The suites have to notice each of them; see run.cjs.

const { threadId } = require('node:worker_threads');
const { readJob } = require('../../lib/job.cjs');

const robustness = require('./robustness.cjs');

const mutant = process.env.THREADPROOF_MUTANT;
const job = readJob();
const real = require(`${job.target.dir}/adapter.cjs`);
/** In node:test the tests are on the main thread, and what they start is not. */
const inTest = threadId === 0 && !process.argv[1].endsWith('process-main.cjs');
/** Spoils the classes of one module; the module is given back, or another in its place. */
const SPOIL = {
  /** Every seventh insert reports success and does nothing. */
  'loses-inserts'(module) {
    let calls = 0;
    patch(module.StatementSync, 'run', (run, self, args) => {
      if (/INSERT/i.test(self.sourceSQL) && ++calls % 7 === 0)
        return { changes: 1, lastInsertRowid: calls };
      return run.apply(self, args);
    });
  },
  /** Transactions are opened by nobody, so each statement commits by itself. */
  'commits-at-once'(module) {
    patch(module.DatabaseSync, 'exec', (exec, self, [sql]) => {
      const kept = sql
        .replace(/\b(BEGIN( IMMEDIATE| EXCLUSIVE)?|COMMIT|ROLLBACK)\b\s*;?/g, '')
        .trim();
      return kept ? exec.call(self, kept) : undefined;
    });
  },
  /** Errors lose their code. */
  'drops-codes'(module) {
    for (const name of ['DatabaseSync', 'StatementSync']) {
      for (const method of ['exec', 'prepare', 'get', 'all', 'run', 'iterate', 'close', 'open']) {
        if (!module[name].prototype[method]) continue;
        patch(module[name], method, (call, self, args) => {
          try {
            return call.apply(self, args);
          } catch (error) {
            throw new Error(error.message, { cause: error });
          }
        });
      }
    }
  },
  /** Nothing is ever closed. */
  'never-closes'(module) {
    patch(module.DatabaseSync, 'close', () => undefined);
  },
  /** Rows of a query are one short. */
  'reads-too-little'(module) {
    patch(module.StatementSync, 'all', (all, self, args) => all.apply(self, args).slice(1));
  },
  /** A text comes back changed. */
  'changes-values'(module) {
    patch(module.StatementSync, 'all', (all, self, args) =>
      all.apply(self, args).map((row) => ({ ...row, value: `${row.value}` })),
    );
  },
  /** Who is asked for a row has gone wrong. */
  'reads-wrong-numbers'(module) {
    patch(module.StatementSync, 'get', (get, self, args) => {
      const row = get.apply(self, args);
      for (const key of Object.keys(row ?? {})) if (typeof row[key] === 'number') row[key] += 1;
      return row;
    });
  },
  /** The class that is exported is not the one that makes the objects. */
  'shares-classes'(module) {
    const { DatabaseSync } = module;
    return {
      ...module,
      DatabaseSync: new Proxy(DatabaseSync, {
        construct: () => new DatabaseSync(':memory:'),
        getPrototypeOf: () => null,
        get: (own, key) => (key === 'prototype' ? {} : own[key]),
      }),
    };
  },
  /** Each call of load() in one thread gives another module. */
  'loads-anew': (module) => ({ ...module }),
  /** A structured clone of an object is made without complaint. */
  'can-be-cloned'(module) {
    globalThis.structuredClone = () => ({});
    const { BroadcastChannel, MessagePort, Worker } = require('node:worker_threads');
    for (const type of [MessagePort, BroadcastChannel, Worker]) {
      const post = type.prototype.postMessage;
      type.prototype.postMessage = function postMessage(message, ...rest) {
        try {
          return post.call(this, message, ...rest);
        } catch {
          return post.call(this, {});
        }
      };
    }
    return module;
  },
  /** Methods take any receiver. */
  'takes-any-receiver'(module) {
    patch(module.StatementSync, 'get', (get, self, args) =>
      self instanceof module.StatementSync && Object.keys(self).length > 0
        ? get.apply(self, args)
        : undefined,
    );
  },
  /** A statement outlives its database and its own close(). */
  'forgets-to-finalize'(module) {
    patch(module.StatementSync, 'all', (all, self, args) => {
      try {
        return all.apply(self, args);
      } catch (error) {
        if (error.code === 'ERR_INVALID_STATE') return [];
        throw error;
      }
    });
    patch(module.StatementSync, 'get', (get, self, args) => {
      try {
        return get.apply(self, args);
      } catch (error) {
        if (error.code === 'ERR_INVALID_STATE') return undefined;
        throw error;
      }
    });
  },
  /** A thread that loads the module ends at once, in order. */
  'thread-ends-at-load'(module) {
    if (!inTest) process.exit(0);
    return module;
  },
  /** A thread that loaded the module does everything, and then ends with a code of its own. */
  'thread-ends-badly'(module) {
    if (!inTest) process.on('exit', () => (process.exitCode = 13));
    return module;
  },
  /** The process dies when a worker loads. */
  'crashes-in-workers'(module) {
    if (threadId > 0) process.kill(process.pid, 'SIGABRT');
    return module;
  },
};

function patch(type, name, replacement) {
  const method = type.prototype[name];
  type.prototype[name] = function patched(...args) {
    return replacement(method, this, args);
  };
}

let spoiled = null;

function load() {
  const module = real.load();
  if (mutant === 'loads-anew') return SPOIL[mutant](module);
  spoiled ??= (SPOIL[mutant] ?? robustness[mutant]?.spoil)?.(module) ?? module;
  return spoiled;
}

/** A lock that somebody left: taken by another connection, and kept, before the test's own opens. */
const locks = [];

function open(file, options) {
  const { DatabaseSync } = load();
  if (
    mutant === 'leaves-locks' &&
    options?.timeout === 0 &&
    inTest &&
    require('node:fs').existsSync(file)
  ) {
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    locks.push(holder);
  }
  if (mutant === 'no-busy-timeout') return new DatabaseSync(file, { ...options, timeout: 0 });
  if (mutant === 'one-file-for-all' && file !== ':memory:') {
    return new DatabaseSync(`${require('node:os').tmpdir()}/one.db`, options);
  }
  return new DatabaseSync(...[file, options].filter((argument) => argument !== undefined));
}

/** Initialising again gives what was there before: the newest copy stands for all. */
const initAgain = (...args) =>
  mutant === 'initialises-once' ? load() : (real.initAgain?.(...args) ?? null);

module.exports = { ...real, load, open, initAgain };
