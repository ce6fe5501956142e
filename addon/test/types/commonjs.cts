/** What `require()` gives, from a CommonJS file. */
import sqlite = require('@threadproof/sqlite');
import extras = require('@threadproof/sqlite/extras');
import { DatabaseSync, constants } from '@threadproof/sqlite';
import synthetic from '@threadproof/sqlite';
import { interrupt } from '@threadproof/sqlite/extras';

const db: DatabaseSync = new sqlite.DatabaseSync(':memory:');
const more: sqlite.Database = new extras.Database(':memory:');
const same: typeof sqlite.DatabaseSync = synthetic.DatabaseSync;
const options: sqlite.DatabaseSyncOptions = { open: false };
interrupt(new extras.Database(':memory:').interruptToken());
// @ts-expect-error module.exports has no default
sqlite.default;
// @ts-expect-error no such entry
import nothing = require('@threadproof/sqlite/lib/extras.cjs');
async function dynamic(): Promise<number> {
  const module = await import('@threadproof/sqlite');
  return module.constants.SQLITE_OK + module.default.constants.SQLITE_OK + constants.SQLITE_OK;
}
export = { db, more, same, options, dynamic, nothing };
