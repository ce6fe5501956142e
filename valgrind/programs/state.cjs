'use strict';
// What is kept for an env.

module.exports = {
  work({ surface: { set, get } }) {
    for (let n = 0; n < 10; n++) set(n);
    get();
  },
};
