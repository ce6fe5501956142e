'use strict';
// A worker that loads the module, between gates when it is given some, and proves that it works.

const proof = require('./proof.cjs');

module.exports = function prove(tools) {
  const { data } = tools;
  if (data?.barrier) {
    const gate = tools.gate(data.barrier);
    gate.arrive(0);
    tools.block(gate, 0, data.together);
  }
  const keys = proof(tools, tools.load());
  if (data?.hold) {
    // Stay loaded until the others have had their turn.
    const gate = tools.gate(data.hold);
    gate.arrive(0);
    tools.block(gate, 1, 1);
    proof(tools, tools.load());
  }
  return keys;
};
