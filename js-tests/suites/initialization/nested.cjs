'use strict';
// A worker that loads, starts a worker of its own that loads too, and uses its own copy afterwards.
const path = require('node:path');
const proof = require('./proof.cjs');

module.exports = async function nested(tools) {
  const module = tools.load();
  const first = proof(tools, module);
  const child = tools.nested(path.join(__dirname, 'prove.cjs'));
  const { value } = await child.ends();
  return [first, value, proof(tools, module)];
};
