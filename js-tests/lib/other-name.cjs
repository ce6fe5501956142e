'use strict';
// A binary under another name, as package managers link and copy it.

const fs = require('node:fs');
const path = require('node:path');
const { threadId } = require('node:worker_threads');

const MAKE = { 'hard-link': fs.linkSync, copy: fs.copyFileSync };

let made = 0;

/**
 * Hands another name of a binary to `use`, and gives what that gives. The name is new each time: to write into a file that
 * is mapped crashes whoever has it mapped.
 *
 * @param {string} original the binary
 * @param {'hard-link' | 'copy'} way
 * @param {string} dir a folder for the new name; a link may have to stand beside the binary, and is removed afterwards
 * @param {(file: string) => any} use
 */
function withOtherName(original, way, dir, use) {
  const name = `.${way}-${process.pid}-${threadId}-${made++}.node`;
  let file = path.join(dir, name);
  try {
    MAKE[way](original, file);
  } catch (error) {
    // Another file system: a link to there is none. A copy would be another file.
    if (error.code !== 'EXDEV') throw error;
    file = path.join(path.dirname(original), name);
    MAKE[way](original, file);
  }
  try {
    return use(file);
  } finally {
    if (path.dirname(file) === path.dirname(original)) fs.rmSync(file);
  }
}

module.exports = { withOtherName };
