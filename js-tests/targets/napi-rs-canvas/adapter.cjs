'use strict';
// @napi-rs/canvas: drawing.

const { anyAddon } = require('../../lib/addon.cjs');

module.exports = anyAddon(({ createCanvas }) => ({
  later: async () => {
    const canvas = createCanvas(16, 16);
    canvas.getContext('2d').fillRect(2, 2, 8, 8);
    return (await canvas.encode('png')).length;
  },
}));
