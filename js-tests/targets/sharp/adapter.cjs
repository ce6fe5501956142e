'use strict';
// sharp: images.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon((sharp) => ({
  /** The length of a small picture that threads of libvips have made. */
  later: async () => {
    const create = { width: 16, height: 16, channels: 3, background: 'red' };
    return (await sharp({ create }).png().toBuffer()).length;
  },
}));
