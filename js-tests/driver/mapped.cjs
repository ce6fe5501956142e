'use strict';
// Whether files are mapped into this process: a binary that was unloaded is not.

const fs = require('node:fs');

/** The files among `files` that the process has in its memory. */
function mapped(files) {
  const lines = fs.readFileSync('/proc/self/maps', 'utf8').split('\n');
  // The path is the sixth column; a file that was deleted meanwhile has a remark behind it.
  const paths = new Set(lines.map((line) => line.split(/\s+/).slice(5).join(' ')));
  return files.filter((file) => paths.has(file) || paths.has(`${file} (deleted)`));
}

/** A sentence about it for the report. */
function unloadedNote(files) {
  if (files.length === 0)
    return 'the adapter names no binary: it is unknown whether it was unloaded';
  const left = mapped(files);
  if (left.length === 0) return 'the binary was unloaded';
  return `still in memory, so that what unloading breaks was not tested: ${left.join(', ')}`;
}

module.exports = { mapped, unloadedNote };
