'use strict';
// The adapter of better-sqlite3: synchronous like node:sqlite, with other names and without sessions.

const { onMusl, packageAddon } = require('../../lib/package-addon.cjs');
const sqlite = require('../../lib/sqlite-generic.cjs');

const addon = packageAddon(() => {
  const system = process.platform === 'linux' && onMusl() ? 'linuxmusl' : process.platform;
  return `prebuilds/${system}-${process.arch}.node`;
});

/** What the generic surface wants, by its names, for each evaluation of the package. */
const named = new WeakMap();

/** The binary is loaded by the first database, not by the package: so there has to be one. */
function namesOf(Database) {
  if (!named.has(Database)) {
    const db = new Database(':memory:');
    const StatementSync = db.prepare('select 1').constructor;
    db.close();
    const backup = async (source, file) => (await source.backup(file)).totalPages;
    named.set(Database, { DatabaseSync: Database, StatementSync, backup });
  }
  return named.get(Database);
}

/** The package with its binary. */
function loaded(Database) {
  namesOf(Database);
  return Database;
}

const load = () => loaded(addon.load());

/** A database of the target; arguments are those of `new DatabaseSync`. */
function open(file, { readOnly = false, ...options } = {}) {
  const Database = load();
  return new Database(file, { ...options, readonly: readOnly });
}

module.exports = {
  ...addon,
  load,
  initAgain: (way, dir) => loaded(addon.initAgain(way, dir)),
  generic: (Database) => sqlite.generic(namesOf(Database)),
  open,
};
