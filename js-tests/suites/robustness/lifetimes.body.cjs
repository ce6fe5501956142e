'use strict';
// Objects that the garbage collector takes, in every order, and objects that are all that is left.

const everywhere = require('./everywhere.cjs');

const part = (name, scene, expected = null) => ({
  name,
  needs: ['surface-26'],
  async run(ctx) {
    const result = await everywhere(ctx, 'scenes/lifetimes.cjs', { part: scene });
    ctx.check.same(result, expected);
  },
});

module.exports = {
  tests: [
    part('a database and its children may be collected in any order', 'everyOrder', 24),
    part('a child keeps alive what it needs of its parents', 'keptAlive'),
    part('an explicit close wins over whoever is alive', 'explicitClose'),
    part('an iterator goes on when its statement and its database are dropped', 'halfWay'),
    part('functions, aggregates and authorizers are collected with their database', 'closures'),
  ],
};
