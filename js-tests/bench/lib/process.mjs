/**
 * Runs a measuring process, and again without whoever ended it. Nothing a contender does ends the
 * run: not a throw, not a crash, not a hang.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Longest time of one process. Nothing measured takes a tenth of it. */
const LIMIT_MS = 10 * 60_000;
/** Collections on demand; code that is not run for a while stays, since turns make each wait. */
const FLAGS = ['--expose-gc', '--no-flush-bytecode', '--no-warnings'];

/** One process: its `result` if it had one, the `reason` and the `culprit` if it ended badly. */
async function attempt(node, script, job, outs) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child = spawn(node, [...FLAGS, path, JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let last = { doing: 'starting' };
  let result;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-4000);
  });
  createInterface({ input: child.stdio[3] }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'began') last = message;
    else if (message.type === 'out') outs.set(message.contender, message.reason);
    else ({ result } = message);
  });
  const [code, signal] = await new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (...how) => settle(how));
  });
  if (result !== undefined && code === 0) return { result };
  const words = complaint
    .trim()
    .split('\n')
    .find((line) => /error|assert/i.test(line));
  const when = result === undefined ? `while ${last.doing}` : 'after its last sample';
  const how = signal === null ? `exit code ${code}` : signal;
  const reason = `${how} ${when}${words ? `: ${words.trim()}` : ''}`;
  return { result, reason, culprit: last.contender };
}

/**
 * Runs `script` for `contenders` until the process ends well: `{ result, outs }`. `outs` maps those
 * that dropped out to their reasons. Without anybody left, `result` is undefined. `after` says how
 * a process ended badly once it had its result: the figures stand, and nobody in it can be blamed.
 */
export async function measure(node, script, { contenders, ...job }) {
  const outs = new Map();
  let left = contenders;
  while (left.length > 0) {
    const { result, culprit, reason } = await attempt(
      node,
      script,
      { ...job, contenders: left },
      outs,
    );
    if (result !== undefined) return { result, outs, after: reason };
    if (culprit === undefined) throw new Error(`${script}: ${reason}`);
    outs.set(culprit, reason);
    // Those that threw before would only throw again.
    left = left.filter((name) => !outs.has(name));
  }
  return { result: undefined, outs };
}
