'use strict';
// Objects that are disposed of, objects that are left to the collector, and objects that live when their env ends.

module.exports = {
  work({ surface: { make, use, dispose }, keep }) {
    for (let n = 0; n < 10; n++) {
      const one = make();
      use(one);
      dispose(one);
    }
    for (let n = 0; n < 5; n++) use(make());
    for (let n = 0; n < 5; n++) keep(make());
  },
};
