'use strict';
// Inside a callback: the thread exits, or waits to be terminated. No JavaScript may run in it afterwards.

const callbacks = require('../callbacks/index.cjs');
const { subjects } = require('../subjects.cjs');
const { withFiles } = require('./doing.cjs');

/** Slots of the gate. */
const SLOTS = { INSIDE: 0, NEVER: 1, WENT_ON: 2 };

const WAYS = {
  'calls process.exit': ({ data }) => process.exit(data.code),
  'is parked': (tools) => tools.block(tools.gate(tools.data.memory), SLOTS.NEVER, 1),
  loops: () => {
    for (let turn = 0; ; turn = (turn + 1) % 1000);
  },
  'catches and loops': () => {
    for (;;) {
      try {
        for (let turn = 0; ; turn = (turn + 1) % 1000);
      } catch {
        // A termination cannot be caught.
      }
    }
  },
};

async function leave(plain) {
  const tools = withFiles(plain);
  const { data } = tools;
  const gate = tools.gate(data.memory ?? new SharedArrayBuffer(12));
  const subject = subjects(tools, data.file);
  const { go } = callbacks[data.callback].set(subject, () => {
    gate.arrive(SLOTS.INSIDE);
    try {
      WAYS[data.way](tools);
    } finally {
      gate.arrive(SLOTS.WENT_ON);
    }
  });
  globalThis.kept = subject;
  try {
    await go();
  } catch {
    gate.arrive(SLOTS.WENT_ON);
  }
  gate.arrive(SLOTS.WENT_ON);
  throw new Error(`${data.callback} was left by nothing`);
}

module.exports = leave;
module.exports.SLOTS = SLOTS;
