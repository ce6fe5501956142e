'use strict';

/** Runs all probes on a module: `{ name: outcome }`. As a script: on the one named, as JSON. */

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { outcome } = require('./describe.cjs');
const { probes } = require('./probes.cjs');

function runProbes(m) {
  const folder = mkdtempSync(join(tmpdir(), 'probes-'));
  const outcomes = {};
  try {
    probes.forEach(({ name, run }, index) => {
      const file = join(folder, `${index}.db`);
      const described = outcome(() => run({ m, db: new m.DatabaseSync(':memory:'), file }));
      // Only in JSON are undefined elements of lists the same as null ones.
      outcomes[name] = JSON.parse(JSON.stringify(described).replaceAll(folder, '<folder>'));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return outcomes;
}

module.exports = { runProbes };

if (require.main === module) {
  const m = require(process.argv[2]);
  process.stdout.write(`${JSON.stringify(runProbes(m), null, 1)}\n`);
}
