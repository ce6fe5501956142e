'use strict';
// Every place from which the module calls JavaScript. `set(subject, act)` arranges that `act` is called
// there, and gives `go`, which makes it happen (a promise when it happens later), and the statement
// that runs meanwhile, if one does.

module.exports = {
  ...require('./functions.cjs'),
  ...require('./hooks.cjs'),
  ...require('./getters.cjs'),
  ...require('./tables.cjs'),
};
