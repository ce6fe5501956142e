'use strict';
// bcrypt: hashes of passwords.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ hash }) => ({
  later: async () => (await hash('password', 4)).length,
}));
