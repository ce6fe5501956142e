'use strict';

/** The error for a package without a binary for this platform. */

const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

module.exports = (coded, folder, platforms) => {
  let present = [];
  try {
    present = readdirSync(folder).filter((name) =>
      existsSync(join(folder, name, 'threadproof-sqlite.node')),
    );
  } catch {
    // No folder: nothing is present.
  }
  return coded(
    Error,
    'ERR_THREADPROOF_NO_BINARY',
    `@threadproof/sqlite has no binary for ${platforms.join(' or ')} in ${folder} ` +
      `(present: ${present.join(', ') || 'none'}). In a checkout, build it with ` +
      '"cargo build --release -p threadproof-sqlite" and "npm run stage" in addon/; elsewhere, ' +
      'install the package on this platform, or set THREADPROOF_SQLITE_BINARY to a binary.',
  );
};
