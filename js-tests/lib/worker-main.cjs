'use strict';
// The first file of each worker that a suite starts: says that it is there, makes its tools, runs its
// function. An error is not caught here: it has to end the worker as it would end a user's.

const vm = require('node:vm');
const { parentPort, threadId, workerData } = require('node:worker_threads');
const { emit } = require('./events.cjs');
const { toolsFor } = require('./tools.cjs');

const { entry, data, limitMs, parent } = workerData;

emit('worker-start', { thread: threadId, parent });

const tools = {
  ...toolsFor({ limitMs }),
  data,
  threadId,
  send: (body) => parentPort.postMessage({ kind: 'message', body }),
  /** Listening keeps the worker alive, until `parentPort.close()`. */
  onMessage: (listener) => {
    parentPort.on('message', listener);
  },
  close: () => parentPort.close(),
};

const run = entry.file
  ? require(entry.file)
  : vm.runInThisContext(`(${entry.source}\n)`, { filename: `worker:${entry.name}` });

async function main() {
  const value = await run(tools);
  tools.settleNested();
  if (value !== undefined) parentPort.postMessage({ kind: 'value', body: value });
}

main();
