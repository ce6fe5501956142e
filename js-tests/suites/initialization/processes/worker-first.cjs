'use strict';
// A worker loads first and stays; then the main thread loads; the worker ends before the main thread's
// copy is used again.
const path = require('node:path');
const proof = require('../proof.cjs');
const { Gate } = require('../../../lib/gate.cjs');

module.exports = async function workerFirst(tools) {
  const hold = new Gate(2);
  const prove = path.join(__dirname, '../prove.cjs');
  const worker = tools.nested(prove, { data: { hold: hold.memory } });
  await hold.reached(0, 1, tools.limitMs);
  const module = tools.load();
  const keys = [proof(tools, module)];
  hold.arrive(1);
  keys.push((await worker.ends()).value);
  keys.push(proof(tools, module));
  return keys;
};
