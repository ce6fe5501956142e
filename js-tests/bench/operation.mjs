/**
 * Measures one operation, all contenders in turns. Started by run.mjs; see lib/channel.mjs.
 *
 * Job: `{ id, contenders, rounds, sampleMs, warmMs, seed, most }`, the last being the most calls that a
 * sample may make.
 */

import { setImmediate } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import { began, finished, job, out, reason } from './lib/channel.mjs';
import { CLOCK, timed } from './lib/clock.mjs';
import { FIXTURE, PRAGMAS, comparable, open } from './lib/contenders.mjs';
import { random, shuffled } from './lib/stats.mjs';

const { id, contenders, rounds, sampleMs, warmMs, seed, most = Infinity } = job();
const next = random(seed);

/** For the words about a difference: on one line, and not much of it. */
const SHORT = { breakLength: Infinity, maxArrayLength: 4, maxStringLength: 40 };

/** Sums up what the batches returned, so that no compiler finds their work useless. */
let checksum = 0;

/** Each contender its own database, its own copy of the code, and what it is to return. */
async function prepare(name) {
  const db = open(name, ':memory:');
  db.exec(PRAGMAS);
  db.exec(FIXTURE);
  const { make } = await import(`./lib/bodies.mjs?for=${encodeURIComponent(name)}`);
  const body = make(id, db);
  body.before();
  const sample = comparable(body.sample());
  body.after();
  return { name, db, body, sample, calls: 1, cpu: [], wall: [] };
}

/** Where two results differ, in a few words; nobody reads a diff of 10,000 rows. */
function firstDifference(got, wanted) {
  if (isDeepStrictEqual(got, wanted)) return undefined;
  if (Array.isArray(got) && Array.isArray(wanted) && got.length === wanted.length) {
    const at = got.findIndex((value, index) => !isDeepStrictEqual(value, wanted[index]));
    if (at >= 0)
      return `[${at}] ${inspect(got[at], SHORT)} instead of ${inspect(wanted[at], SHORT)}`;
  }
  return `${inspect(got, SHORT)} instead of ${inspect(wanted, SHORT)}`;
}

/** One batch, with what encloses it. */
function batch({ body }, calls) {
  body.before();
  const measured = timed(() => body.batch(calls));
  body.after();
  checksum += measured.value;
  return measured;
}

/** Warms a contender up, and finds how many calls take as long as a sample should. */
function calibrate(entry) {
  let spent = 0;
  for (;;) {
    const { wall } = batch(entry, entry.calls);
    spent += wall;
    if (spent >= warmMs && (wall >= sampleMs / 4 || entry.calls === most)) {
      const calls = Math.round((entry.calls * sampleMs) / wall);
      entry.calls = Math.max(1, Math.min(most, calls));
      break;
    }
    if (wall < sampleMs) entry.calls = Math.min(most, entry.calls * 2);
  }
  entry.body.before();
  entry.held = entry.body.hold();
  entry.body.after();
}

/** Collects what earlier batches left, and lets finalizers run, which wait for the event loop. */
async function settle() {
  globalThis.gc();
  await setImmediate();
}

/** Runs a step for each entry; one that throws is out, the others go on. */
async function each(entries, doing, step) {
  const left = [];
  for (const entry of entries) {
    const name = entry.name ?? entry;
    began(name, doing);
    try {
      left.push((await step(entry)) ?? entry);
    } catch (error) {
      out(name, reason(error));
    }
  }
  return left;
}

let field = await each(contenders, 'preparing', prepare);
const reference = field[0]?.sample;
const judge = field[0]?.name;
field = await each(field, 'comparing its result', ({ sample }) => {
  const difference = firstDifference(sample, reference);
  if (difference !== undefined) throw new Error(`not what ${judge} returns: ${difference}`);
});
field = await each(field, 'warming up', calibrate);
for (let round = 0; round < rounds; round++) {
  const order = shuffled(field, next);
  const stayed = await each(order, `in round ${round + 1}`, async (entry) => {
    await settle();
    // Caches are cold after a collection.
    batch(entry, Math.ceil(entry.calls / 8));
    const { cpu, wall } = batch(entry, entry.calls);
    entry.cpu.push(cpu / entry.calls);
    entry.wall.push(wall / entry.calls);
  });
  field = field.filter((entry) => stayed.includes(entry));
}
if (Number.isNaN(checksum)) throw new Error('a batch returned something that is no number');

/** Milliseconds a call, one of each round. */
const series = ({ name, calls, cpu, wall }) => [name, { calls, cpu, wall }];
finished({ id, clock: CLOCK, contenders: Object.fromEntries(field.map(series)) });
for (const { db } of field) db.close();
