'use strict';
// classic-level: a key-value store on LevelDB.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ ClassicLevel }) => ({
  /** A database is opened, written, read and closed on threads of the pool. */
  later: async () => {
    const db = new ClassicLevel(fs.mkdtempSync(path.join(os.tmpdir(), 'level-')));
    await db.put('key', 'value');
    const { length } = await db.get('key');
    await db.close();
    return length;
  },
}));
