'use strict';

/**
 * The loader of @threadproof/sqlite: finds and initialises the binary, then evaluates lib/main.cjs,
 * which is everything that a user sees.
 *
 * Most of the time that `require` takes in a fresh worker is V8 reading and compiling that file. The
 * binary is mapped once a process, so it can carry V8's code cache from one worker to the next: bytes
 * that belong to no env, and that V8 checks before it uses them.
 */

const { existsSync, readFileSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');

const folder = dirname(__filename);
const main = join(folder, 'lib', 'main.cjs');

/** Platforms by the names of their folders in npm/, likeliest first. */
function platforms() {
  const { platform, arch } = process;
  return platform === 'linux'
    ? [`linux-${arch}-gnu`, `linux-${arch}-musl`]
    : [`${platform}-${arch}`];
}

/** Where the binary is; `THREADPROOF_SQLITE_BINARY` names one outside of the package. */
function findBinary() {
  const named = process.env.THREADPROOF_SQLITE_BINARY;
  if (named) return named;
  const home = join(folder, 'npm');
  for (const platform of platforms()) {
    const path = join(home, platform, 'threadproof-sqlite.node');
    if (existsSync(path)) return path;
  }
  throw require('./lib/missing.cjs').missing(home, platforms());
}

/**
 * Initialises the binary for this copy of this file. Not by `require`, whose cache would give the
 * functions of another copy, with their state: each copy has its own env.
 */
function load(path) {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (cause) {
    throw require('./lib/missing.cjs').unloadable(path, cause);
  }
  return module.exports;
}

/** Evaluates lib/main.cjs as `require` would, with the code that an earlier worker compiled. */
function evaluate(native) {
  // Files that lib/main.cjs asks for lie beside it.
  const beside = (id) => require(id.startsWith('./') ? `./lib/${id.slice(2)}` : id);
  const { mtimeMs } = statSync(main);
  const cachedData = native.code(mtimeMs);
  const source = readFileSync(main, 'latin1');
  const script = new Script(`(function (module, require) {${source}\n})`, {
    filename: main,
    cachedData,
  });
  const module = { exports: {} };
  script.runInThisContext()(module, beside);
  // The first worker that has used the package knows what is worth compiling.
  if (cachedData === undefined && !isMainThread) {
    keep = () => native.keepCode(mtimeMs, script.createCachedData());
  }
  return module.exports;
}

let keep;

/** Called when a database was closed: hands the code over for the next worker, once a process. */
function used() {
  const once = keep;
  keep = undefined;
  once?.();
}

const binary = findBinary();
const native = load(binary);
// In a vm context (Jest) the file belongs to that context, which only its own `require` can do.
// Node's own functions are of the main context.
const inMainContext = join instanceof Function;
const start = inMainContext ? evaluate(native) : require('./lib/main.cjs');
module.exports = start(native, binary, used);
