'use strict';
// A worker of a pool: one connection for its life, a task a message, until it is told to stop.
const { PATIENT, checksum } = require('./ledger.cjs');

module.exports = function poolWorker({ open, onMessage, send, close, data }) {
  const db = open(data.file, PATIENT);
  const insert = db.prepare('INSERT INTO ledger(id, worker, sum) VALUES (?, ?, ?)');
  const count = db.prepare('UPDATE counter SET n = n + 1');
  const read = db.prepare('SELECT sum FROM ledger WHERE id = ?');
  let tasks = 0;
  onMessage((task) => {
    if (task === 'stop') {
      db.close();
      send({ stopped: tasks });
      close();
      return;
    }
    tasks += 1;
    const { id } = task;
    db.exec('BEGIN IMMEDIATE');
    insert.run(id, data.worker, checksum(id, data.worker));
    count.run();
    db.exec('COMMIT');
    send({ id, sum: read.get(id).sum });
  });
  send({ ready: true });
};
