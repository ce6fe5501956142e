'use strict';
// Records a table from a module, with Node 26.10, in this folder:
//
//   node record.cjs node:sqlite misuse > new.json; mv new.json misuse.json     (or: after, buffers)
//
// Callbacks that the module does not have stay as they are. Read the difference before you keep it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const check = require('../../../lib/check.cjs');
const callbacks = require('../callbacks/index.cjs');

const [module_, table] = process.argv.slice(2);
const load = () => require(module_);
const open = (...args) => new (load().DatabaseSync)(...args);

/** What SQLite says when it is asked for the error of a connection that is gone, or that had none. */
const NONSENSE = /ERR_SQLITE_ERROR( 7: out of memory| 0: not an error|: not an error)/g;

const scene = async (name, data) => {
  const text = JSON.stringify(await require(`../scenes/${name}.cjs`)({ load, open, check, data }));
  return JSON.parse(text.replace(NONSENSE, '*'));
};

const mostFrequent = (list) => {
  const counts = new Map();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

/** The entries that are not the same in `base`. */
const without = (entries, base) =>
  Object.fromEntries(Object.entries(entries).filter(([key, value]) => base[key] !== value));

const TABLES = {
  async misuse(dir) {
    const known = Object.keys(callbacks).filter((callback) => !callbacks[callback].needs);
    const found = await scene('misuse', { callbacks: known, dir });
    const split = (outcome) => /^(.*) \| (.*?) \| (open|closed)$/s.exec(outcome).slice(1);
    const usual = {};
    for (const name of new Set(Object.values(found).flatMap(Object.keys))) {
      const all = Object.values(found).filter((outcomes) => name in outcomes);
      usual[name] = mostFrequent(all.map((outcomes) => split(outcomes[name])[0]));
    }
    // Here node:sqlite loses the exception, and the query gives nothing.
    found['a subscriber to sqlite.db.query']['closes the database in another callback'] =
      '* | undefined | open';
    const kept = { ...require('./misuse.json').callbacks };
    for (const [callback, outcomes] of Object.entries(found)) {
      const outside = mostFrequent(Object.values(outcomes).map((outcome) => split(outcome)[1]));
      const base = Object.fromEntries(
        Object.entries(usual).map(([name, inside]) => [name, `${inside} | ${outside} | open`]),
      );
      kept[callback] = { outside, but: without(outcomes, base) };
    }
    return { usual, callbacks: kept };
  },

  async after() {
    const PLAIN = 'a plain table';
    const found = await scene('after', {});
    const usual = found.nothing[PLAIN];
    const events = {};
    for (const [event, { [PLAIN]: plain, ...others }] of Object.entries(found)) {
      const kinds = {};
      for (const [kind, answers] of Object.entries(others)) {
        const differences = without(answers, plain);
        if (Object.keys(differences).length > 0) kinds[kind] = differences;
      }
      events[event] = { but: without(plain, usual), kinds };
    }
    return { usual, events };
  },

  buffers: () => scene('buffers', {}),
};

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
TABLES[table](dir).then((result) => {
  fs.rmSync(dir, { recursive: true });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
});
