'use strict';
// @node-rs/argon2: hashes of passwords.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ hash }) => ({
  later: async () => (await hash('password', { memoryCost: 1024, timeCost: 1 })).length,
}));
