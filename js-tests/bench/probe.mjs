/**
 * Whether a contender works on this Node, and which SQLite it has. Started by run.mjs, one process
 * each. Job: `{ contenders: [name] }`.
 */

import { began, finished, job, out, reason } from './lib/channel.mjs';
import { FIXTURE, PRAGMAS, open, versionOf } from './lib/contenders.mjs';

const [name] = job().contenders;
let found;
began(name, 'opening a database');
try {
  const db = open(name, ':memory:');
  db.exec(PRAGMAS);
  db.exec(FIXTURE);
  const { version } = db.prepare('select sqlite_version() as version').get();
  db.close();
  found = { version: versionOf(name), sqlite: version, node: process.versions.node };
} catch (error) {
  out(name, reason(error));
}
finished(found ?? null);
