'use strict';
// The adapter of all specimens: a specimen is one binary whose exports are named by the generic surface
// that docs/writing-a-target.md describes, so there is nothing to translate.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { threadId } = require('node:worker_threads');

// For specimens that register themselves as addons did before Node-API: the version stands in the binary, and
// theirs shall load in all versions of Node. The binary reads the environment of the process, which only the main
// thread can write to.
process.env.THREADPROOF_NODE_MODULES = process.versions.modules;

/** Where the binary is: the variable serves who runs without a job. */
function binary() {
  const named =
    process.env.THREADPROOF_SPECIMEN_BINARY ??
    JSON.parse(fs.readFileSync(process.env.THREADPROOF_JOB, 'utf8')).target.binary;
  if (!named) throw new Error('the job names no binary');
  return named;
}

function dlopen(file, exports = {}) {
  const module = { exports };
  process.dlopen(module, file);
  return module.exports;
}

/** Ways to initialise the binary once more in this env; each gives the fresh exports. */
const AGAIN = {
  'require-cache': () => {
    const file = fs.realpathSync(binary());
    delete require.cache[file];
    return require(file);
  },
  dlopen: () => dlopen(binary()),
  'hard-link': (dir) => fromFile(path.join(dir, `.linked-${threadId}.node`), fs.linkSync),
  copy: (dir) => fromFile(path.join(dir, `.copied-${threadId}.node`), fs.copyFileSync),
  vm: () => {
    const open = vm.runInNewContext('(dlopen, module, file) => dlopen(module, file)');
    const module = { exports: {} };
    open((...args) => process.dlopen(...args), module, binary());
    return module.exports;
  },
};

function fromFile(file, make) {
  if (!fs.existsSync(file)) {
    try {
      make(binary(), file);
    } catch (error) {
      // The folder may be on another file system than the binary.
      if (error.code !== 'EXDEV') throw error;
      fs.symlinkSync(binary(), file);
    }
  }
  return dlopen(file);
}

const isClass = (name, value) => typeof value === 'function' && /^[A-Z]/.test(name);

/** Functions of the surface whose first argument is an object of the target. */
const TAKERS = ['use', 'dispose', 'child', 'visit'];

/** A loaded specimen with what `op.receivers` asks of a target. */
function generic(module) {
  return {
    ...module,
    classes: () =>
      Object.entries(module)
        .filter(([name, value]) => isClass(name, value))
        .map(([, Class]) => [Class, new Class()]),
    takers: () => TAKERS.filter((name) => module[name]).map((name) => [name, module[name]]),
    others: () => (module.other ? [module.other()] : []),
  };
}

module.exports = {
  generic,
  /** The files that the target's native code is loaded from. */
  binaries: () => [fs.realpathSync(binary())],
  load: () => require(binary()),
  /** Loads it with an object of the caller's as its exports. */
  loadInto: (exports) => dlopen(binary(), exports),
  waysToInitialise: Object.keys(AGAIN),
  initAgain: (way, dir) => AGAIN[way](dir),
};
