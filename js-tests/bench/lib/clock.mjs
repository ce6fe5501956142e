/**
 * CPU time of the calling thread.
 *
 * Linux adds a running thread's time to its account at the timer tick, each 1 to 4 ms, and when the
 * thread stops running. Reading the account without stopping gives steps of a tick, more than many
 * samples take. So the thread sleeps for 0.1 ms before each reading, outside of what is timed by
 * the wall clock: after that, readings agree with the wall clock of an idle machine within 1 %.
 */

import { openSync, readSync } from 'node:fs';

const NAP_MS = 0.1;
const nap = new Int32Array(new SharedArrayBuffer(4));
const sum = ({ user, system }) => (user + system) / 1e3;

function schedstat() {
  let file;
  try {
    file = openSync('/proc/thread-self/schedstat');
  } catch {
    return undefined;
  }
  const bytes = Buffer.alloc(64);
  return () => {
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return Number(bytes.latin1Slice(0, length).split(' ', 1)[0]) / 1e6;
  };
}

/** The best that this Node and system have: its name, and the milliseconds so far. */
function best() {
  // Not on Node 20.
  if (process.threadCpuUsage) {
    return ['process.threadCpuUsage', () => sum(process.threadCpuUsage())];
  }
  const read = schedstat();
  if (read) return ['/proc/thread-self/schedstat', read];
  return [
    'process.cpuUsage (the whole process: helper threads of V8 count too)',
    () => sum(process.cpuUsage()),
  ];
}

const [name, read] = best();
export const CLOCK = name;

export function cpuMs() {
  Atomics.wait(nap, 0, 0, NAP_MS);
  return read();
}

/** CPU and wall milliseconds of a call. */
export function timed(run) {
  const cpu = cpuMs();
  const wall = performance.now();
  const value = run();
  const wallMs = performance.now() - wall;
  return { value, cpu: cpuMs() - cpu, wall: wallMs };
}
