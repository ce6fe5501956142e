/**
 * What a measuring process tells the one that prints: lines of JSON on a file descriptor of their
 * own, written before the next step begins, so that a crash leaves behind who was at it.
 */

import { writeSync } from 'node:fs';

const DESCRIPTOR = 3;

export const tell = (message) => writeSync(DESCRIPTOR, `${JSON.stringify(message)}\n`);

/** The contender whose code runs from now on, and what it does. */
export const began = (contender, doing) => tell({ type: 'began', contender, doing });

/** A contender that takes no part any more. */
export const out = (contender, reason) => tell({ type: 'out', contender, reason });

/** What was measured. The last line of a process that did its work. */
export const finished = (result) => tell({ type: 'finished', result });

/** What this process is to do. */
export const job = () => JSON.parse(process.argv[2]);

/** One line that says why something failed. */
export function reason(error) {
  const first = String(error?.message ?? error).split('\n', 1)[0];
  return error?.code === undefined ? first : `${error.code}: ${first}`;
}
