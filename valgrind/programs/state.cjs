'use strict';
// What is kept for an env: read before anybody has set it, set, and read again.

module.exports = {
  work({ surface: { set, get } }) {
    get();
    for (let n = 0; n < 10; n++) set(n);
    get();
  },
};
