'use strict';
// Objects that need another one: with it, after it, and when the env ends.

module.exports = {
  work({ surface: { make, use, dispose, child }, keep }) {
    for (let n = 0; n < 5; n++) {
      const parent = make();
      use(child(parent));
      dispose(parent);
      keep(child(make()));
    }
  },
};
