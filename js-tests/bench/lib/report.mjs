/**
 * From samples to figures: one object that is printed as JSON, and that the tables are made of.
 */

import { OURS, PEERS } from './contenders.mjs';
import { verdict } from './goals.mjs';
import { ratios, summary } from './stats.mjs';

/** Version of the JSON. */
export const VERSION = 1;

/** Applies `make` to whatever was measured of a contender, or says why there is nothing. */
function figures(names, measured, outs, make) {
  const entries = names.map((name) => {
    const samples = measured?.contenders[name];
    return [name, samples ? make(samples) : { reason: outs.get(name) ?? 'not measured' }];
  });
  return Object.fromEntries(entries);
}

/**
 * A row of the first table: time of one unit, in `scale` parts of a millisecond, and how many
 * times as long each peer takes.
 *
 * @param {object} operation of goals.mjs
 * @param {object} measured `{ contenders: { name: { cpu: [ms], wall: [ms] } } }`, if any
 * @param {Map} outs reasons of those that dropped out
 */
export function timing(operation, measured, outs, { scale, unit }) {
  const { units = 1 } = operation;
  const ours = measured?.contenders[OURS];
  const times = (list) => summary(list.map((ms) => (ms * scale) / units));
  const contenders = figures([OURS, ...PEERS], measured, outs, ({ cpu, wall }) => ({
    cpu: times(cpu),
    wall: times(wall),
    ...(ours && { ratio: { cpu: ratios(ours.cpu, cpu), wall: ratios(ours.wall, wall) } }),
  }));
  delete contenders[OURS].ratio;
  const ratioOf = (peer) => contenders[peer]?.ratio?.cpu.median;
  return {
    id: operation.id,
    title: operation.title,
    unit,
    contenders,
    goals: operation.goals,
    ...(operation.most !== undefined && { most: operation.most }),
    verdict: verdict(operation, ratioOf, contenders[OURS].cpu?.median),
  };
}

/** A row of the second table: calls a second, and how many times as many ours makes. */
export function throughput(row, measured, outs) {
  const ours = measured?.contenders[OURS];
  const contenders = figures([OURS, ...PEERS], measured, outs, ({ rates }) => ({
    rate: summary(rates),
    ...(ours && { ratio: ratios(rates, ours.rates) }),
  }));
  delete contenders[OURS].ratio;
  return { id: row.id, title: row.title, contenders };
}

/** What the distance to SQLite is: nanoseconds of one unit, and what is left of ours. */
export function distance(row, raw) {
  if (raw === undefined) return row;
  const ours = row.contenders[OURS].cpu?.median;
  return {
    ...row,
    raw: {
      ns: raw,
      ...(ours !== undefined && { overhead: ours - raw, ratio: ours / raw }),
    },
  };
}

/** Ids of rows whose goals were not met, or could not be judged. */
export const unmet = (rows) =>
  rows.filter(({ verdict: what }) => what !== null && what !== 'met').map(({ id }) => id);
