'use strict';
// What must be true when a worker of `scene.cjs` has ended, however it did.

const fs = require('node:fs');

/** Starts the scene; `gate` slot 0 tells when the worker has left everything open. */
function start(ctx, ending, { journal = 'delete', file = ctx.file(`${journal}.db`) } = {}) {
  const gate = ctx.newGate(2);
  const data = { file, journal, ending, memory: gate.memory };
  const worker = ctx.worker('scene.cjs', { name: `worker that ${ending}`, data });
  return { file, gate, worker, ready: () => ctx.reached(gate, 0, 1) };
}

/**
 * Another connection, that waits for nobody, finds the committed rows and only those, and may write at
 * once: no lock is left.
 */
function checkFile(ctx, file) {
  const db = ctx.open(file, { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE');
  const ids = db
    .prepare('SELECT id FROM t ORDER BY id')
    .all()
    .map(({ id }) => id);
  ctx.check.same(ids, [1, 2, 3, 4, 5], 'rows after the end of the worker');
  db.exec('INSERT INTO t VALUES (6, 1); COMMIT');
  ctx.check.same(db.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
  db.exec('DELETE FROM t WHERE id = 6');
  db.close();
}

/** Files below `dir` that this process has open (Linux). */
function openFiles(dir) {
  const links = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor that readdir itself had, or one that another thread has closed since.
      return '';
    }
  });
  return links.filter((link) => link.startsWith(dir)).sort();
}

module.exports = { checkFile, openFiles, start };
