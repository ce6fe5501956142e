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

/** Forgets the package, so that the next `load()` evaluates and initialises it again. */
function forget() {
  const main = require.resolve(job().target.module);
  const home = path.dirname(main) + path.sep;
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(home)) delete require.cache[file];
  }
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

/** Has the package take its binary from a file. */
function fromFile(file) {
  const original = binary();
  process.env.THREADPROOF_SQLITE_BINARY = file;
  try {
    forget();
    return load();
  } finally {
    process.env.THREADPROOF_SQLITE_BINARY = original;
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
