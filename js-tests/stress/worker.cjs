'use strict';
// One life: the target is loaded, used for some steps, and left in one of the ways in which a worker can end.

const { Worker, parentPort, workerData } = require('node:worker_threads');
const { Gate } = require('../lib/gate.cjs');
const { random } = require('../lib/random.cjs');
const { heapOfEnv } = require('./heap.cjs');
const { begin } = require('./work.cjs');

const { life, adapterPath, supports, gate, counter, limitMs } = workerData;
const next = random(life.seed);
const adapter = require(adapterPath);

/** What fills the heap of the env, and lives until it ends. */
const heap = Array.from({ length: life.heapMiB ?? 0 }, (_, at) =>
  Array.from({ length: 131072 }, (_, n) => n + at + 0.5),
);

const work = begin(adapter, new Set(supports), { ...life, next });

if (gate) {
  const start = Gate.of(gate);
  start.arrive(0);
  start.block(1, 1, limitMs);
}

/** A worker of this worker, and its exit code. */
function nested(inner) {
  const worker = new Worker(__filename, { workerData: { ...workerData, gate: null, life: inner } });
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message) => {
      // Whoever waits to be terminated waits for this thread.
      if (message === 'ready') worker.terminate();
    });
    worker.on('exit', resolve);
  });
}

async function live() {
  for (let step = 0; step < life.steps; step++) work.step();
  if (life.inner?.ending === 'endless') {
    // It ends with this thread.
    await new Promise((resolve, reject) => {
      const worker = new Worker(__filename, {
        workerData: { ...workerData, gate: null, life: life.inner },
      });
      worker.on('error', reject);
      worker.on('online', resolve);
    });
  } else if (life.inner) {
    const code = await nested(life.inner);
    if (code !== life.inner.code) throw new Error(`the inner worker exited with ${code}`);
  }
  if (heap.length > 0 && heap.at(-1).at(-1) < 0) throw new Error('the heap is another one');
  switch (life.ending) {
    case 'natural':
      work.close();
      break;
    case 'left-open':
      break;
    case 'exit':
      process.exit(life.code);
      break;
    case 'terminate': {
      const ready = () => parentPort.postMessage('ready');
      if (life.query) work.query(life.query, ready);
      else ready();
      // Until this thread is terminated, at whatever it is then.
      for (;;) work.step();
    }
    case 'endless':
      for (;;) {
        work.step();
        if (counter) Gate.of(counter).arrive(0);
      }
    case 'refused':
      work.untilRefused();
      break;
    case 'hoard':
      work.hoard();
      break;
    case 'pool':
    case 'pool-killed':
      serve();
      break;
    case 'lasting':
      last();
      break;
    default:
      throw new Error(`a life cannot end by "${life.ending}"`);
  }
}

/** Does tasks that the parent hands out, a step each. */
function serve() {
  parentPort.on('message', (message) => {
    if (message === 'stop') {
      work.close();
      parentPort.close();
      return;
    }
    work.step();
    parentPort.postMessage('task');
  });
}

/** Goes on in bursts until it is told to stop; between them the event loop turns. */
function last() {
  let stopped = false;
  parentPort.on('message', (message) => {
    if (message === 'collect') parentPort.postMessage(heapOfEnv());
    else stopped = true;
  });
  const burst = () => {
    if (stopped) {
      work.close();
      parentPort.close();
      return;
    }
    for (let step = 0; step < life.burst; step++) work.step();
    parentPort.postMessage(life.burst);
    setImmediate(burst);
  };
  burst();
}

live();
