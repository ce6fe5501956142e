'use strict';
// sodium-native: cryptography.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon((sodium) => ({
  later: async () => {
    const out = Buffer.alloc(sodium.crypto_pwhash_STRBYTES);
    const { crypto_pwhash_OPSLIMIT_MIN: ops, crypto_pwhash_MEMLIMIT_MIN: memory } = sodium;
    await sodium.crypto_pwhash_str_async(out, Buffer.from('password'), ops, memory);
    return out.length;
  },
}));
