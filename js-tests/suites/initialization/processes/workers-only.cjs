'use strict';
// Only workers load, two at a time and then one after the other: with the last one of a round the binary
// may be unloaded, and the next round loads it again.
const path = require('node:path');

module.exports = async function workersOnly(tools) {
  const prove = path.join(__dirname, '../prove.cjs');
  const keys = [];
  const pair = [tools.nested(prove), tools.nested(prove)];
  for (const worker of pair) keys.push((await worker.ends()).value);
  for (let round = 0; round < 2; round += 1) keys.push((await tools.nested(prove).ends()).value);
  return keys;
};
