'use strict';
// The worker is terminated in the middle of its work, wherever it is then.

module.exports = {
  ending: 'terminate',
  work({ surface: { make, use, dispose } }) {
    return () => {
      const one = make();
      use(one);
      dispose(one);
    };
  },
};
