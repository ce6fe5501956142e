'use strict';
// Whether files are mapped into this process: a binary that was unloaded is not.

const { mappedFiles } = require('../lib/objects.cjs');

/** The files among `files` that the process has in its memory. */
function mapped(files) {
  const paths = new Set(mappedFiles());
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
