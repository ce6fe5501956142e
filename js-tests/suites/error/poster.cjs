'use strict';
// A worker that tries to post objects of its own to its parent.
const { parentPort } = require('node:worker_threads');
const { subjects, unharmed } = require('./subjects.cjs');

module.exports = function poster(tools) {
  const own = subjects(tools);
  const refused = { name: 'DataCloneError', code: 25 };
  for (const kind of ['db', 'statement', 'iterator']) {
    const { check } = tools;
    check.throws(() => tools.send(own[kind]), refused, `a message with a ${kind}`);
    check.throws(
      () => parentPort.postMessage(own[kind], [own[kind]]),
      refused,
      `transfer of a ${kind}`,
    );
  }
  unharmed(tools, own);
  own.close();
  tools.send('done');
};
