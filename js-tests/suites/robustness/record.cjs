'use strict';
// Records expected.json from a module: node record.cjs node:sqlite > expected.json, with Node 26.10. Callbacks
// that the module does not have are left as they are. Read the difference before you keep it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const check = require('../../lib/check.cjs');
const callbacks = require('./callbacks/index.cjs');
const previous = require('./expected.json');
const misuse = require('./scenes/misuse.cjs');

/** What SQLite says when it is asked for the error of a connection that is gone, or that had none. */
const NONSENSE = /ERR_SQLITE_ERROR (7: out of memory|0: not an error)/g;

const load = () => require(process.argv[2]);

const mostFrequent = (list) => {
  const counts = new Map();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

async function record(dir) {
  const found = {};
  for (const callback of Object.keys(callbacks)) {
    if (callbacks[callback].needs) continue;
    const open = (...args) => new (load().DatabaseSync)(...args);
    const outcomes = await misuse({ load, open, check, data: { callback, dir } });
    for (const [name, outcome] of Object.entries(outcomes)) {
      outcomes[name] = outcome.replace(NONSENSE, '*');
    }
    found[callback] = outcomes;
  }
  const split = (outcome) => /^(.*) \| (.*?) \| (open|closed)$/s.exec(outcome).slice(1);
  const usual = {};
  for (const name of new Set(Object.values(found).flatMap(Object.keys))) {
    const all = Object.values(found).filter((outcomes) => name in outcomes);
    usual[name] = mostFrequent(all.map((outcomes) => split(outcomes[name])[0]));
  }
  const result = { usual, callbacks: {} };
  for (const [callback, outcomes] of Object.entries(found)) {
    const outside = mostFrequent(Object.values(outcomes).map((outcome) => split(outcome)[1]));
    const but = Object.fromEntries(
      Object.entries(outcomes).filter(
        ([name, outcome]) => outcome !== `${usual[name]} | ${outside} | open`,
      ),
    );
    result.callbacks[callback] = { outside, but };
  }
  return { ...result, callbacks: { ...previous.callbacks, ...result.callbacks } };
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
record(dir).then((result) => {
  fs.rmSync(dir, { recursive: true });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
});
