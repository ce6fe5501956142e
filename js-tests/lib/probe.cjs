'use strict';
// What a runtime is and what of worker threads it has, found out by trying: `threadproof` runs this file on each runtime
// before anything else, and reads the line of JSON that it prints. Nothing but builtins is needed.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

/** What takes longer than this is not there, in milliseconds. */
const LIMIT = 10_000;

/** A worker without memory ends long before it has so many arrays of a million numbers. */
const ARRAYS = 64;

/** So many workers are run where it is asked what each leaves behind. */
const WORKERS = 6;

const FDS = '/proc/self/fd';

const ROLES = {
  answers: () => parentPort.postMessage('here'),
  endless() {
    parentPort.postMessage('here');
    for (;;);
  },
  throws() {
    throw new Error('on purpose');
  },
  rejects() {
    Promise.reject(new Error('on purpose'));
  },
  // As an uncaught error of a program ends a worker: after it has awaited something.
  async throwsLater() {
    await null;
    throw new Error('on purpose');
  },
  overflows() {
    const deeper = () => deeper() + 1;
    deeper();
  },
  exhausts() {
    const all = [];
    while (all.length < ARRAYS) all.push(Array.from({ length: 1e6 }, (_, n) => n + 0.5));
    parentPort.postMessage(all.length);
  },
  collects() {
    collector()();
    parentPort.postMessage('here');
  },
};

/** As `driver/collect.cjs` finds it; this file is run where there is no other. */
function collector() {
  const { gc, Bun } = globalThis;
  if (gc) return gc;
  if (Bun) return () => Bun.gc(true);
  require('node:v8').setFlagsFromString('--expose-gc');
  return require('node:vm').runInNewContext('gc');
}

/** Runs a worker to its end: `{ messages, error, code }`. */
function run(role, { options, onMessage } = {}) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { role }, ...options });
    const messages = [];
    let error = null;
    const timer = setTimeout(() => {
      reject(new Error(`a worker did not end within ${LIMIT / 1000} s`));
      worker.terminate();
    }, LIMIT);
    worker.on('message', (message) => {
      messages.push(message);
      onMessage?.(worker);
    });
    worker.on('error', (thrown) => {
      error = thrown;
    });
    worker.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ messages, error, code });
    });
  });
}

/** Each either passes or throws what is lacking. */
const CHECKS = {
  async workers() {
    const { messages, error, code } = await run('answers');
    if (error) throw error;
    if (messages[0] !== 'here' || code !== 0) {
      throw new Error(`a worker said ${messages.length} messages and exited with ${code}`);
    }
  },
  async terminate() {
    const { code } = await run('endless', { onMessage: (worker) => worker.terminate() });
    if (code !== 1) throw new Error(`a terminated worker exits with ${code}, not 1`);
  },
  async 'uncaught-exit-code'() {
    for (const role of ['throws', 'throwsLater', 'rejects', 'overflows']) {
      const { error, code } = await run(role);
      if (error === null) throw new Error(`a worker that ${role} has no error event`);
      if (code !== 1) throw new Error(`a worker that ${role} exits with ${code}, not 1`);
    }
  },
  async 'resource-limits'() {
    const options = { resourceLimits: { maxOldGenerationSizeMb: 16 } };
    const { messages, error } = await run('exhausts', { options });
    if (messages.length > 0)
      throw new Error('a worker takes more memory than resourceLimits allow');
    if (error?.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
      throw new Error(`a worker without memory ends with ${error?.code ?? error}`);
    }
  },
  async collect() {
    collector()();
    const { error } = await run('collects');
    if (error) throw error;
  },
  async descriptors() {
    if (!fs.existsSync(FDS)) return;
    const count = () => fs.readdirSync(FDS).length;
    await run('answers');
    const before = count();
    for (let n = 0; n < WORKERS; n++) await run('answers');
    const more = count() - before;
    if (more > 1)
      throw new Error(`${WORKERS} workers that ended have left ${more} descriptors behind`);
  },
  async limits() {
    if (process.platform !== 'linux') throw new Error('that is Linux alone');
    const prlimit = (...args) => {
      const words = ['--pid', String(process.pid), ...args];
      const { status, error, stdout, stderr } = spawnSync('prlimit', words, { encoding: 'utf8' });
      if (error) throw new Error(`prlimit (util-linux) is needed: ${error.message}`);
      if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
      return stdout.trim();
    };
    const soft = prlimit('--nofile', '--raw', '--noheadings', '--output', 'SOFT');
    const held = [fs.openSync('/dev/null')];
    // The limit is one of numbers, and the program that takes it back needs some.
    while (held.at(-1) < WORKERS * 8) held.push(fs.openSync('/dev/null'));
    prlimit(`--nofile=${held.at(-1) + 1}:`);
    let more = null;
    try {
      more = fs.openSync('/dev/null');
    } catch {
      // So it should be.
    }
    held.forEach((fd) => fs.closeSync(fd));
    prlimit(`--nofile=${soft}:`);
    if (more !== null) throw new Error('a limit of descriptors does not hold');
  },
  async addons() {
    try {
      process.dlopen({ exports: {} }, `${__filename}.node`);
    } catch (error) {
      // That there is no such file is what should be wrong.
      if (!/cannot open|no such file|image not found/i.test(error.message)) throw error;
    }
  },
};

function engine() {
  const { Bun, Deno } = globalThis;
  if (Bun) return { engine: 'bun', release: Bun.version };
  if (Deno) return { engine: 'deno', release: Deno.version.deno };
  return { engine: 'node', release: process.versions.node };
}

async function main() {
  const lacks = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check();
    } catch (error) {
      lacks[name] = String(error.message).split('\n')[0];
    }
  }
  const { node, napi, v8 } = process.versions;
  const line = { ...engine(), version: node, napi, v8, path: process.execPath, lacks };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

if (isMainThread) main();
else ROLES[workerData.role]();
