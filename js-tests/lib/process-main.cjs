'use strict';
// The first file of a process that `lib/process.cjs` starts. The result is written on `exit`, after
// all else, and only when the function has resolved.

const fs = require('node:fs');
const { toolsFor } = require('./tools.cjs');
const { MARK } = require('./process.cjs');

const { file, data, limitMs } = JSON.parse(process.argv[2]);

async function main() {
  const tools = { ...toolsFor({ limitMs }), data };
  const value = await require(file)(tools);
  tools.settleNested();
  process.once('exit', (code) => {
    if (code === 0) fs.writeSync(1, `${MARK}${JSON.stringify({ value })}\n`);
  });
}

main();
