'use strict';
// Functions that native code calls, those that throw among them.

module.exports = {
  work({ surface: { call } }) {
    for (let n = 0; n < 10; n++) call((m) => m + 1, n);
    for (let n = 0; n < 5; n++) {
      try {
        call(() => {
          throw new Error('as intended');
        });
      } catch {
        // That is the case.
      }
    }
  },
};
