'use strict';
// libsql: the interface of better-sqlite3 on a fork of SQLite.

const { anyAddon } = require('../../lib/addon.cjs');

const addon = anyAddon((Database) => ({
  make: () => new Database(':memory:'),
  use: (object) => (object.prepare ? object.prepare('select 42 as n') : object).get().n,
  dispose: (object) => object.close(),
  child: (db) => db.prepare('select 7 as n'),
}));

/** A database of the target; arguments are those of `new DatabaseSync`. */
addon.open = (file, options) => new (addon.load())(file, options);

module.exports = addon;
