'use strict';
// Work on other threads: awaited, and under way when the env ends.

module.exports = {
  async work({ surface: { later } }) {
    for (let n = 0; n < 3; n++) await later();
  },
};
