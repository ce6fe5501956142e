'use strict';
// A thread that backs up one page at a time, tells when it is half way, and does not end by itself before that.

const { makeSource } = require('./backups.cjs');

module.exports = async function backingUp(tools) {
  const { data } = tools;
  const { backup } = tools.load();
  const gate = tools.gate(data.memory ?? new SharedArrayBuffer(8));
  let calls = 0;
  const progress = () => {
    calls += 1;
    if (calls === 10) {
      gate.arrive(0);
      if (data.exit) setImmediate(() => process.exit(data.exit));
    }
  };
  // Again and again, so that whoever ends this thread finds a backup under way.
  for (;;) await backup(makeSource(tools, ':memory:'), data.file, { rate: 1, progress });
};
