'use strict';
// What adapters have in common: any package, builtin or .node file is loaded, again too, and it is found out which native
// binaries came with it. What the module does is for the adapter to say.

const fs = require('node:fs');
const path = require('node:path');
const { readJob } = require('./job.cjs');
const { mappedFiles } = require('./objects.cjs');
const { packageAddon, treeOf } = require('./package-addon.cjs');

const module_ = () => readJob().target.module;
const isFile = () => path.isAbsolute(module_());

const treeOfModule = () => treeOf(fs.realpathSync(module_()));
/** Copies that threads make have names of their own. */
const isBinary = (file) => path.extname(file) === '.node' && !path.basename(file).startsWith('.');

/** Native binaries of the module, and of what was installed with it, whether they are loaded or not. */
function installed() {
  if (isBinary(module_())) return [fs.realpathSync(module_())];
  const tree = treeOfModule();
  const files = fs.readdirSync(tree, { recursive: true }).filter(isBinary);
  return files.map((file) => path.join(tree, file));
}

/** Those that this process has mapped. */
function mapped() {
  const tree = treeOfModule() + path.sep;
  return mappedFiles().filter((file) => isBinary(file) && file.startsWith(tree));
}

/** A part of Node itself: however it is asked for again, it is the same. */
const builtin = {
  load: () => require(module_()),
  binaries: () => [],
  waysToInitialise: [],
  initAgain: () => require(module_()),
};

/**
 * @param {(module: any) => object} [generic] gives the functions of the generic surface that a loaded module offers
 * @param {RegExp} [own] what the path of its binary has, where what was installed with it has binaries, too
 * @returns an adapter; nothing is loaded until it is asked to
 */
function anyAddon(generic = () => ({}), own = /(?:)/) {
  const binary = () => mapped().find((file) => own.test(file));
  const addon = packageAddon(binary);
  const adapter = () => (isFile() ? addon : builtin);
  return {
    generic,
    load: () => adapter().load(),
    binaries: () => (isFile() ? installed() : []),
    get waysToInitialise() {
      return adapter().waysToInitialise;
    },
    initAgain(way, dir) {
      // What has no binary is evaluated again, in whatever way that is asked for.
      const how = isFile() && binary() === undefined ? 'require-cache' : way;
      return adapter().initAgain(how, dir);
    },
  };
}

module.exports = { anyAddon };
