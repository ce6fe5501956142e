'use strict';
// The adapter of @photostructure/sqlite, which has the interface of node:sqlite.

const { onMusl, packageAddon } = require('../../lib/package-addon.cjs');
const { generic } = require('../../lib/sqlite-generic.cjs');

const addon = packageAddon(() => {
  const libc = process.platform === 'linux' && onMusl() ? 'musl' : 'glibc';
  return `prebuilds/${process.platform}-${process.arch}/@photostructure+sqlite.${libc}.node`;
});

/** A database of the target; arguments are those of `new DatabaseSync`. */
function open(...args) {
  const { DatabaseSync } = addon.load();
  return new DatabaseSync(...args);
}

module.exports = { ...addon, generic, open };
