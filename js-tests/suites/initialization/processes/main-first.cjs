'use strict';
// The main thread loads first, then workers do, and the main thread's copy still works.
const path = require('node:path');
const proof = require('../proof.cjs');

module.exports = async function mainFirst(tools) {
  const module = tools.load();
  const keys = [proof(tools, module)];
  const prove = path.join(__dirname, '../prove.cjs');
  const workers = [tools.nested(prove), tools.nested(prove)];
  for (const worker of workers) keys.push((await worker.ends()).value);
  keys.push(proof(tools, module));
  return keys;
};
