'use strict';
// node-pty: pseudoterminals.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ spawn }) => ({
  /** Runs a shell in a terminal; a thread of the addon waits for its end. */
  later: () =>
    new Promise((resolve) => {
      spawn('/bin/sh', ['-c', 'exit 7'], {}).onExit(({ exitCode }) => resolve(exitCode));
    }),
}));
