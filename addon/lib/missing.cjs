'use strict';

/** The errors of a package without a binary for this platform, or with one that does not load. */

const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

function coded(code, message) {
  const error = new Error(message);
  error.code = code;
  return error;
}

module.exports = {
  missing(folder, platforms) {
    let present = [];
    try {
      present = readdirSync(folder).filter((name) =>
        existsSync(join(folder, name, 'threadproof-sqlite.node')),
      );
    } catch {
      // No folder: nothing is present.
    }
    return coded(
      'ERR_THREADPROOF_NO_BINARY',
      `@threadproof/sqlite has no binary for ${platforms.join(' or ')} in ${folder} ` +
        `(present: ${present.join(', ') || 'none'}). In a checkout, build it with ` +
        '"cargo build --release -p threadproof-sqlite" and "npm run stage" in addon/; elsewhere, ' +
        'install the package on this platform, or set THREADPROOF_SQLITE_BINARY to a binary.',
    );
  },

  unloadable(path, cause) {
    let hint =
      'It may be damaged or built for another system: install the package again, or build it.';
    if (cause.code === 'ERR_DLOPEN_DISABLED') {
      hint =
        process.permission === undefined
          ? 'Node was started with --no-addons.'
          : 'The permission model forbids addons: start Node with --allow-addons.';
    }
    const reason = cause.message.replace(/\.$/, '');
    const error = coded(
      cause.code ?? 'ERR_DLOPEN_FAILED',
      `@threadproof/sqlite cannot load ${path}: ${reason}. ${hint}`,
    );
    error.cause = cause;
    return error;
  },
};
