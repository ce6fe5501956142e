/**
 * Medians with intervals, and a random order that can be replayed.
 *
 * The interval of a median is the one between two order statistics: it assumes nothing about the
 * distribution of the samples, which on a shared machine has a long tail.
 */

import { random } from '../../lib/random.cjs';

/** The smallest chance, at most 5 %, that the median lies outside is what an interval promises. */
const OUTSIDE = 0.05;

const ascending = (values) => [...values].sort((a, b) => a - b);

export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many samples at each end lie outside of the 95 % interval of the median: the largest number
 * whose two binomial tails together stay within 5 %. 0 for fewer than six samples, whose extremes
 * promise less than 95 %.
 */
export function trimmed(count) {
  let term = 0.5 ** count;
  let tail = 0;
  let cut = 0;
  for (; cut < count / 2; cut++) {
    tail += term;
    if (2 * tail > OUTSIDE) break;
    term *= (count - cut) / (cut + 1);
  }
  return Math.max(0, cut - 1);
}

/** `{ median, low, high }` of samples; the interval is of 95 % from six samples on. */
export function summary(values) {
  const sorted = ascending(values);
  const cut = trimmed(sorted.length);
  return {
    median: median(sorted),
    low: sorted[cut],
    high: sorted[sorted.length - 1 - cut],
  };
}

/** The ratios of two series, round by round: how many times the second is as large as the first. */
export const ratios = (ours, theirs) => summary(ours.map((value, round) => theirs[round] / value));

export { random };

/** A new array in random order (Fisher-Yates). */
export function shuffled(items, next) {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
