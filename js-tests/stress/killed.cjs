'use strict';
// The process of a round of the shape `kill`: writers that never end, until this process kills itself.
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { Gate } = require('../lib/gate.cjs');
const { random } = require('../lib/random.cjs');

const plan = JSON.parse(process.argv[2]);
const next = random(plan.seed);
const gate = new Gate(1);

for (let slot = 0; slot < plan.workers; slot++) {
  const life = {
    life: slot + 1,
    slot,
    seed: Math.floor(next() * 2 ** 32),
    steps: 0,
    ending: 'endless',
    counted: true,
    dir: plan.dir,
    synchronous: plan.synchronous,
  };
  const { adapterPath, supports, limitMs } = plan;
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    workerData: { life, adapterPath, supports, gate: null, counter: gate.memory, limitMs },
  });
  worker.on('error', (error) => {
    console.error(error);
    process.exit(3);
  });
}

gate.reached(0, plan.after, plan.limitMs).then(
  () => {
    // Somewhere in the next transactions: writers are at work on threads of their own.
    const end = performance.now() + plan.spin / 1000;
    while (performance.now() < end);
    process.kill(process.pid, 'SIGKILL');
  },
  (error) => {
    console.error(error);
    process.exit(4);
  },
);
