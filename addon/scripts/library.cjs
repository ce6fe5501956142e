'use strict';

/** Where cargo puts what it builds, and what the library is called there. */

const { join, resolve } = require('node:path');

const NAMES = {
  linux: 'libthreadproof_sqlite.so',
  darwin: 'libthreadproof_sqlite.dylib',
  win32: 'threadproof_sqlite.dll',
};

const addon = resolve(__dirname, '..');
const target = resolve(process.env.CARGO_TARGET_DIR ?? join(addon, '..', 'target'));

module.exports = { addon, target, library: NAMES[process.platform] ?? '' };
