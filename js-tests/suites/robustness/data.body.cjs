'use strict';
// Values are exact: none is cut, rounded, shared or turned into another on its way.

const everywhere = require('./everywhere.cjs');

const scene = (name, file) => ({
  name,
  needs: ['surface-26'],
  run: (ctx) => everywhere(ctx, `scenes/${file}.cjs`),
});

module.exports = {
  tests: [
    scene('text keeps its NULs, lone surrogates become U+FFFD, on every way', 'text'),
    scene('integers and reals at the edges come back exactly or are refused', 'numbers'),
    scene('bytes are copied on every way in and out', 'bytes'),
    scene('an accumulator is the very value that the user returned', 'accumulators'),
  ],
};
