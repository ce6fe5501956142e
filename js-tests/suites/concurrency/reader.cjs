'use strict';
// A worker that reads while others write. It must only ever see whole transactions, and never fewer
// than it saw before.
const { PATIENT, checksum } = require('./ledger.cjs');

module.exports = function reader({ open, gate, block, check, data }) {
  const { file, workers, writers, rows, memory } = data;
  const db = open(file, { ...PATIENT, readOnly: true });
  const all = db.prepare('SELECT id, worker, sum, (SELECT n FROM counter) AS n FROM ledger');
  const start = gate(memory);
  start.arrive(0);
  block(start, 0, workers);
  let last = 0;
  let reads = 0;
  for (let done = false; !done; reads += 1) {
    // Asked before reading, so that the last round reads everything.
    done = start.count(1) === writers;
    const seen = all.all();
    check.same(seen.length % rows, 0, 'part of a transaction was seen');
    check.ok(seen.length >= last, `saw ${seen.length} rows after ${last}`);
    for (const { id, worker, sum, n } of seen) {
      if (n !== seen.length || sum !== checksum(id, worker)) {
        throw new Error(`row ${id} of ${worker} has sum ${sum}, counter ${n} of ${seen.length}`);
      }
    }
    last = seen.length;
  }
  db.close();
  return { last, reads };
};
