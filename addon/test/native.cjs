'use strict';

/** The native half without the JavaScript layer, for tests that attack it. */

const worker = require('node:worker_threads');

const STATUS = 0;

/** Categories of failures. */
const AFFINITY = 5;
const ARG_TYPE = 3;

function loadNative() {
  const module = { exports: {} };
  process.dlopen(module, process.env.THREADPROOF_SQLITE_BINARY);
  return module.exports;
}

/** Loads and initialises a copy of its own. `call` gives `{ value, failure }`. */
function openNative() {
  const native = loadNative();
  const arena = new ArrayBuffer(512 * 1024);
  const status = new Int32Array(arena);
  const name = worker.isMainThread ? 'the main thread' : `worker ${worker.threadId}`;
  native.init(
    arena,
    () => {},
    () => {},
    name,
    () => {},
  );
  /** Takes tokens where the native half takes the handles in them. */
  const call = (entry, ...args) => {
    const given = args.map((arg) => (arg instanceof Date ? arg.getTime() : arg));
    const value = native[entry](...given);
    const failure = status[STATUS] === 0 ? undefined : native.takeFailure();
    return { value, failure };
  };
  return { native, call, arena };
}

module.exports = { AFFINITY, ARG_TYPE, loadNative, openNative };
