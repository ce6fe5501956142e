'use strict';
// A process that watches another one ends as that one ended.

/** Ends this process by the signal that ended the one below it. */
function endBy(signal) {
  process.kill(process.pid, signal);
  // Node's own handler of SIGSEGV swallows the first one and takes itself away.
  setImmediate(() => {
    process.kill(process.pid, signal);
    setImmediate(() => process.abort());
  });
}

module.exports = { endBy };
