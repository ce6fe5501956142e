'use strict';
// libsql: the interface of better-sqlite3 on a fork of SQLite.

const { anyAddon } = require('../../lib/addon.cjs');

const addon = anyAddon((Database) => {
  const make = () => new Database(':memory:');
  const use = (object) => (object.prepare ? object.prepare('select 42 as n') : object).get().n;
  const dispose = (object) => object.close();
  return {
    make,
    use,
    dispose,
    child: (db) => db.prepare('select 7 as n'),
    takers: () => [
      ['use', use],
      ['dispose', dispose],
    ],
  };
});

/** A database of the target; arguments are those of `new DatabaseSync`. */
addon.open = (file, options) => new (addon.load())(file, options);

module.exports = addon;
