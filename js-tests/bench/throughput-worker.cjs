'use strict';

/** One of several workers on one file. Tells its parent when it had made its last call. */

const { parentPort, workerData } = require('node:worker_threads');

const { path, file, gate, pragmas, role, calls } = workerData;
const module_ = require(path);
const Database = module_.DatabaseSync ?? module_.default ?? module_;
const db = new Database(file);
db.exec(pragmas);

const ROLES = {
  readers() {
    const get = db.prepare('select * from mixed where id = ?');
    let sum = 0;
    let key = 0;
    return () => {
      key = (key + 7_919) % 10_000;
      sum += get.get(key + 1).price;
      return sum;
    };
  },
  writers() {
    const insert = db.prepare('insert into item (amount, price, name) values (?, ?, ?)');
    return () => {
      // The write lock is asked for first: that waits, where a later upgrade would fail.
      db.exec('begin immediate');
      insert.run(1, 0.5, 'the name of an item');
      db.exec('commit');
    };
  },
};

const call = ROLES[role]();
if (role === 'readers') for (let i = 0; i < 2_000; i++) call();
Atomics.add(gate, 0, 1);
Atomics.notify(gate, 0);
Atomics.wait(gate, 1, 0);
for (let i = 0; i < calls; i++) call();
const end = performance.timeOrigin + performance.now();
db.close();
parentPort.postMessage(end);
