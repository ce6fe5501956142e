'use strict';

/** A fresh worker's first use of a library. Tells its parent CPU and wall milliseconds of it. */

const { parentPort, workerData } = require('node:worker_threads');

function use(module) {
  const Database = module.DatabaseSync ?? module.default ?? module;
  const db = new Database(':memory:');
  db.exec('create table note (id integer primary key, body text)');
  db.prepare('insert into note (body) values (?)').run('first');
  const { body } = db.prepare('select * from note where id = ?').get(1);
  db.close();
  if (body !== 'first') throw new Error(`the row has ${body}`);
}

// The clock's own code is loaded, and run once, before anything is timed.
import('./lib/clock.mjs').then(({ timed }) => {
  timed(() => {});
  const first = timed(() => require(workerData.path));
  const second = timed(() => use(first.value));
  const add = (kind) => first[kind] + second[kind];
  const phase = ({ cpu, wall }) => ({ cpu, wall });
  parentPort.postMessage({
    require: phase(first),
    use: phase(second),
    total: { cpu: add('cpu'), wall: add('wall') },
  });
});
