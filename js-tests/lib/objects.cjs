'use strict';
// The files that this process has mapped into its memory, libraries and addons among them.

const fs = require('node:fs');

const MAPS = '/proc/self/maps';

/** Of Linux: also those that a report of Node leaves out, and on runtimes that make none. */
function ofMaps() {
  const lines = fs.readFileSync(MAPS, 'utf8').split('\n');
  // The path is the sixth column; a file that was deleted meanwhile has a remark behind it.
  const paths = lines.map((line) => line.split(/\s+/).slice(5).join(' '));
  return [...new Set(paths)].filter((file) => file.startsWith('/'));
}

/** Paths of what is mapped; a deleted file has ` (deleted)` behind it where the system says so. */
function mappedFiles() {
  return fs.existsSync(MAPS) ? ofMaps() : process.report.getReport().sharedObjects;
}

module.exports = { mappedFiles };
