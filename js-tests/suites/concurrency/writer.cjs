'use strict';
// A worker that writes its part of the ledger: several rows and the common counter in each transaction.
const { PATIENT, checksum } = require('./ledger.cjs');

module.exports = function writer({ open, gate, block, data }) {
  const { file, worker, workers, transactions, rows, memory } = data;
  const db = open(file, PATIENT);
  const insert = db.prepare('INSERT INTO ledger(id, worker, sum) VALUES (?, ?, ?)');
  const count = db.prepare('UPDATE counter SET n = n + ?');
  const start = gate(memory);
  start.arrive(0);
  block(start, 0, workers);
  for (let transaction = 0; transaction < transactions; transaction += 1) {
    db.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < rows; row += 1) {
      const id = (transaction * rows + row) * workers + worker + 1;
      insert.run(id, worker, checksum(id, worker));
    }
    count.run(rows);
    db.exec('COMMIT');
  }
  // A reader that waits for the last writer is told.
  start.arrive(1);
  db.close();
  return transactions * rows;
};
