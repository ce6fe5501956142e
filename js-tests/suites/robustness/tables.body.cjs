'use strict';
// Virtual tables whose rows are made by JavaScript. What is misused, thrown or ended inside of their callbacks
// stands with that of all other callbacks.

const everywhere = require('./everywhere.cjs');

const part = (name, scene) => ({
  name,
  needs: ['surface-26', 'virtual-tables'],
  run: (ctx) => everywhere(ctx, 'scenes/tables.cjs', { part: scene }),
});

module.exports = {
  tests: [
    part('rows come from anything that can be iterated', 'iterables'),
    part('what is no iterable of rows is an error, and the next scan works', 'wrongRows'),
    part('a scan that is left half way ends its iterator once', 'ends'),
    part('arguments and cells are exact', 'exact'),
    part('a module that is replaced while it is read does no harm', 'replaced'),
    part('rows may query their own table', 'nested'),
    part('rows are collected with their database', 'collected'),
  ],
};
