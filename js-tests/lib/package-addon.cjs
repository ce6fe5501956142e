'use strict';
// For adapters of packages of the registry that bring one Node-API binary: where it lies, and the ways in which it can be
// initialised once more in one env.

const fs = require('node:fs');
const path = require('node:path');
const { readJob } = require('./job.cjs');
const { mappedFiles } = require('./objects.cjs');
const { withOtherName } = require('./other-name.cjs');

/** The folder of a module and of all that was installed with it: binaries often are packages of their own. */
function treeOf(home) {
  const folder = fs.statSync(home).isDirectory() ? home : path.dirname(home);
  const inside = folder.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  return inside < 0 ? folder : path.join(folder.slice(0, inside), 'node_modules');
}

/**
 * @param {(home: string) => string} find gives the binary's path, absolute or within the package's folder
 * @returns {{ load(): object, binaries(): string[], waysToInitialise: string[], initAgain(way: string, dir: string): object }}
 */
function packageAddon(find) {
  const home = () => fs.realpathSync(readJob().target.module);
  const binary = () => path.resolve(home(), find(home()));
  const load = () => require(home());

  /** Forgets the package, its binary included, so that the next `load()` evaluates and initialises it again. */
  function forget() {
    for (const file of Object.keys(require.cache)) {
      if (file.startsWith(treeOf(home()) + path.sep)) delete require.cache[file];
    }
    return load();
  }

  /** Another env of the binary in this thread, of which JavaScript of the package knows nothing. */
  function beside(file) {
    const raw = { exports: {} };
    process.dlopen(raw, file);
    // A function may be all that there is.
    const isNothing = typeof raw.exports !== 'function' && Object.keys(raw.exports).length === 0;
    if (isNothing) throw new Error(`${file} gave no exports`);
    return forget();
  }

  const named = (way) => (dir) => withOtherName(binary(), way, dir, beside);

  const ways = {
    'require-cache': forget,
    dlopen: () => beside(binary()),
    'hard-link': named('hard-link'),
    copy: named('copy'),
  };
  return {
    load,
    binaries: () => [binary()],
    waysToInitialise: Object.keys(ways),
    initAgain: (way, dir) => ways[way](dir),
  };
}

/** Whether this process runs on musl: packages name their binaries after it. */
const onMusl = () => mappedFiles().some((file) => path.basename(file).startsWith('ld-musl'));

module.exports = { onMusl, packageAddon, treeOf };
