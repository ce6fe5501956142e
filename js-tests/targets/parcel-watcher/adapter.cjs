'use strict';
// @parcel/watcher: file watching.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon((watcher) => ({
  /** Subscribes to a folder, which starts a thread that is shared, and unsubscribes. */
  later: async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'watched-'));
    const subscription = await watcher.subscribe(dir, () => {});
    await subscription.unsubscribe();
    return 1;
  },
}));
