/**
 * Who takes part, and the few places where their interfaces differ.
 */

import { createRequire, isBuiltin } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BETTER, NODE } from './goals.mjs';

export const OURS = '@threadproof/sqlite';
export const PEERS = [NODE, BETTER, '@photostructure/sqlite', 'libsql'];

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const ADDON = fileURLToPath(new URL('../../../addon/', import.meta.url));
/** The database that everybody gets, see there. */
export const FIXTURE = readFileSync(join(ADDON, 'benches', 'fixture.sql'), 'utf8');

const require = createRequire(join(BENCH, 'package.json'));

/** What to give to `require`: resolved before, so that nobody pays for where it is installed. */
export function pathOf(name) {
  if (name === OURS) return join(ADDON, 'index.cjs');
  return isBuiltin(name) ? name : require.resolve(name);
}

/** The version of the package, or of Node for the builtin. */
export function versionOf(name) {
  if (name === NODE) return process.versions.node;
  const start = name === OURS ? join(ADDON, 'index.cjs') : require.resolve(name);
  for (let folder = dirname(start); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === name) return manifest.version;
    } catch {
      // Not this folder.
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}

/** The class that opens databases. */
export const classOf = (module) => module.DatabaseSync ?? module.default ?? module;

/** Opens a database in this thread, with the library loaded now if it was not. */
export function open(name, path) {
  const Database = classOf(require(pathOf(name)));
  return new Database(path);
}

/** What everybody's connection is set to; the rest is SQLite's default. */
export const PRAGMAS =
  'pragma cache_size = -65536; pragma temp_store = memory; pragma foreign_keys = on;' +
  'pragma synchronous = normal; pragma busy_timeout = 60000;';

/** The names under which `aggregate()` takes its start value and step are the same everywhere. */
export const AGGREGATE = { start: 0, step: (total, value) => total + value };

/**
 * A row, or whatever a call returned, as it is compared: prototypes and the class of blobs aside,
 * and without what libsql adds (its own timings).
 */
export function comparable(value) {
  if (Array.isArray(value)) return value.map(comparable);
  if (value instanceof Uint8Array) return Array.from(value);
  if (value instanceof ArrayBuffer) return Array.from(new Uint8Array(value));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '_metadata' && key !== 'duration')
      .map(([key, inner]) => [key, comparable(inner)]),
  );
}
