'use strict';
// The adapter of @threadproof/sqlite: a package of one CommonJS file that initialises its binary once for
// each copy of that file.

const fs = require('node:fs');
const path = require('node:path');
const { withOtherName } = require('../../lib/other-name.cjs');
const { generic } = require('../../lib/sqlite-generic.cjs');

const job = () => require('../../lib/job.cjs').readJob();

const load = () => require(job().target.module);

/** A database of the target; arguments are those of `new DatabaseSync`. */
function open(...args) {
  const { DatabaseSync } = load();
  return new DatabaseSync(...args);
}

/** Where the loader takes the binary from. */
function binary() {
  const named = process.env.THREADPROOF_SQLITE_BINARY ?? job().target.binary;
  if (!named) throw new Error('the job names no binary: give "artifact" in target.toml');
  return named;
}

/** The modules of the package that were evaluated. */
function loaded() {
  const home = path.dirname(require.resolve(job().target.module)) + path.sep;
  return Object.entries(require.cache).filter(([file]) => file.startsWith(home));
}

/** Forgets the package, so that the next `load()` evaluates and initialises it again. */
function forget() {
  for (const [file] of loaded()) delete require.cache[file];
}

/** Ways to initialise the module once more in this env; each gives the fresh module. */
const AGAIN = {
  'require-cache': () => {
    forget();
    return load();
  },
  /** Another env of the same mapping that JavaScript of the package knows nothing of. */
  dlopen: () => {
    const raw = { exports: {} };
    process.dlopen(raw, binary());
    if (Object.keys(raw.exports).length === 0)
      throw new Error('dlopen gave a module without exports');
    forget();
    return load();
  },
  'hard-link': (dir) => withOtherName(binary(), 'hard-link', dir, fromFile),
  copy: (dir) => withOtherName(binary(), 'copy', dir, fromFile),
};

/**
 * Has the package take its binary from a file, this once: what `load()` gives remains that of the original. Two copies of SQLite in
 * a process know nothing of each other's locks, and databases that both of them have open lose what was written
 * (https://sqlite.org/howtocorrupt.html, 2.2.1).
 */
function fromFile(file) {
  const original = binary();
  const before = loaded();
  process.env.THREADPROOF_SQLITE_BINARY = file;
  try {
    forget();
    return load();
  } finally {
    process.env.THREADPROOF_SQLITE_BINARY = original;
    forget();
    for (const [name, module] of before) require.cache[name] = module;
  }
}

/** What the addon counts in the whole process. */
const counters = {
  start() {
    process.env.THREADPROOF_SQLITE_MEMSTATUS = '1';
  },
  read() {
    // Beside the module that was loaded: its own files are not among the package's exports.
    const home = path.dirname(require.resolve(job().target.module));
    const { databases, statements, sessions, backups, bytes } = require(
      path.join(home, 'extras.cjs'),
    ).usage();
    if (bytes === null) throw new Error('SQLite does not count its memory: it was there too early');
    return { databases, statements, sessions, backups, 'bytes of SQLite': bytes };
  },
};

module.exports = {
  counters,
  generic,
  binaries: () => [fs.realpathSync(binary())],
  load,
  open,
  waysToInitialise: Object.keys(AGAIN),
  initAgain: (way, dir) => AGAIN[way](dir),
};
