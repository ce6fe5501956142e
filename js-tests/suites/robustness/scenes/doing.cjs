'use strict';
// Helps of the scenes, which run on the main thread of a process or in a worker.

const fs = require('node:fs');
const path = require('node:path');
const { isMainThread, threadId } = require('node:worker_threads');

/**
 * Says what comes next, so that a crash can be told: the message of a failed test has the standard
 * error of its process. In a worker of a runner it would only be noise.
 */
function doing(what) {
  if (isMainThread) fs.writeSync(2, `${what}\n`);
}

/** Tools with `newFile()`: a path in `data.dir` that nothing uses yet. */
function withFiles(tools) {
  let count = 0;
  const newFile = () => {
    count += 1;
    return path.join(tools.data.dir, `${process.pid}-${threadId}-${count}.db`);
  };
  return { ...tools, newFile };
}

module.exports = { doing, withFiles };
