'use strict';

/**
 * Puts the built binary where the package and its loader look for it: npm/<platform>/. Run by
 * `npm pack`, and by hand in a checkout: `npm run stage [BINARY]`.
 *
 * The binary loses its debug information on the way (by `strip`, where there is one): 2 MB are
 * shipped instead of 20. It is written beside its place and renamed into it, so that a process
 * which has the old one open keeps it.
 */

const { spawnSync } = require('node:child_process');
const { copyFileSync, existsSync, mkdirSync, renameSync, statSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { addon, library, target } = require('./library.cjs');

function platform() {
  if (process.platform !== 'linux') return `${process.platform}-${process.arch}`;
  const { glibcVersionRuntime } = process.report.getReport().header;
  return `linux-${process.arch}-${glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

const built = resolve(process.argv[2] ?? join(target, 'release', library));
if (!existsSync(built) || !statSync(built).isFile()) {
  process.stderr.write(
    `stage: there is no binary at ${built}. Build it first with "npm run build" in addon/, or ` +
      'name one: "npm run stage -- PATH".\n',
  );
  process.exit(1);
}

const folder = join(addon, 'npm', platform());
const place = join(folder, 'threadproof-sqlite.node');
const draft = `${place}.${process.pid}`;
mkdirSync(folder, { recursive: true });
copyFileSync(built, draft);
const flags = process.platform === 'darwin' ? ['-x'] : ['--strip-unneeded'];
const strip = spawnSync('strip', [...flags, draft]);
if (strip.status !== 0) {
  process.stderr.write('stage: no usable "strip" here; the binary keeps its debug information\n');
}
renameSync(draft, place);
process.stdout.write(`${place}: ${(statSync(place).size / 1e6).toFixed(2)} MB\n`);
