'use strict';
// Waiting for a promise with an end: one that nobody settles would let the event loop run dry, and the thread end as if
// it had done all.

/** What the promise gives, or an error after `limitMs`. It keeps the event loop alive meanwhile. */
async function within(promise, limitMs, complaint) {
  let timer;
  const late = new Promise((resolve, reject) => {
    const tooLate = () => reject(new Error(`${complaint} within ${Math.round(limitMs)} ms`));
    timer = setTimeout(tooLate, limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { within };
