'use strict';
// What adapters have in common: any package, builtin or .node file is loaded, again too, and it is found out which native
// binaries came with it. What the module does is for the adapter to say.

const fs = require('node:fs');
const path = require('node:path');
const { readJob } = require('./job.cjs');
const { packageAddon, treeOf } = require('./package-addon.cjs');

const module_ = () => readJob().target.module;
const isFile = () => path.isAbsolute(module_());

/** Native binaries of the package that this process has mapped. Copies that other threads made have names of their own. */
function mapped() {
  const tree = treeOf(fs.realpathSync(module_())) + path.sep;
  const isOne = (file) =>
    path.extname(file) === '.node' && file.startsWith(tree) && !path.basename(file).startsWith('.');
  return process.report.getReport().sharedObjects.filter(isOne);
}

const addon = packageAddon(() => mapped()[0]);

/** A part of Node itself: however it is asked for again, it is the same. */
const builtin = {
  load: () => require(module_()),
  binaries: () => [],
  waysToInitialise: [],
  initAgain: () => require(module_()),
};

function adapter() {
  if (!isFile()) return builtin;
  // Which binaries there are is known once it is loaded.
  addon.load();
  if (mapped().length > 0) return addon;
  return { ...addon, binaries: () => [], waysToInitialise: ['require-cache'] };
}

/**
 * @param {(module: any) => object} [generic] gives the functions of the generic surface that a loaded module offers
 * @returns an adapter; nothing is loaded until it is asked to
 */
const anyAddon = (generic = () => ({})) => ({
  generic,
  load: () => (isFile() ? addon : builtin).load(),
  binaries: () => adapter().binaries(),
  get waysToInitialise() {
    return adapter().waysToInitialise;
  },
  initAgain: (way, dir) => adapter().initAgain(way, dir),
});

module.exports = { anyAddon };
