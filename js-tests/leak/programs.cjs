'use strict';
// The leak programs, by name: `valgrind/programs/<name>.cjs`. What each needs stands in `programs.toml` beside them.

const path = require('node:path');

const FOLDER = path.join(__dirname, '..', '..', 'valgrind', 'programs');

const program = (name) => require(path.join(FOLDER, `${name}.cjs`));

module.exports = { program };
