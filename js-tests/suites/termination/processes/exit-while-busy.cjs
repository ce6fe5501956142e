'use strict';
// The main thread exits while its worker runs one query after the other.
const path = require('node:path');
const { Gate } = require('../../../lib/gate.cjs');

module.exports = async function exitWhileBusy(tools) {
  const gate = new Gate(2);
  const data = { file: tools.data.file, ending: 'runs short queries', memory: gate.memory };
  const scene = path.join(__dirname, '../scene.cjs');
  const worker = tools.nested(scene, { name: 'busy', data });
  await Promise.race([gate.reached(0, 1, tools.limitMs), worker.ends({ code: null })]);
  tools.load();
  process.exit(9);
};
