'use strict';
// lmdb: a key-value store on LMDB.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(
  ({ open }) => ({
    /** A database is opened, written by the thread that it has for that, read and closed. */
    later: async () => {
      const db = open({ path: fs.mkdtempSync(path.join(os.tmpdir(), 'lmdb-')) });
      await db.put('key', 'value');
      const { length } = db.get('key');
      await db.close();
      return length;
    },
  }),
  /lmdb-/,
);
