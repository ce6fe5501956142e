'use strict';
// A small file system in memory, which only root can have.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

function system(command, ...args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim() || `${command} ended with ${status}`;
}

/** Mounts a file system of so many bytes. */
function mounted(bytes) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'small-'));
  const wrong = system('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir);
  if (wrong) {
    fs.rmdirSync(dir);
    throw new Error(`a tmpfs cannot be mounted here: ${wrong}`);
  }
  const must = (text) => {
    if (text) throw new Error(text);
  };
  return {
    dir,
    remount: (how) => must(system('mount', '-o', `remount,${how}`, dir)),
    unmount: () => {
      must(system('umount', dir));
      fs.rmdirSync(dir);
    },
  };
}

module.exports = { mounted };
