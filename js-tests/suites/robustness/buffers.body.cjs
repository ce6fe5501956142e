'use strict';
// Bytes that JavaScript takes away, resizes or shares. What comes of it was
// recorded from node:sqlite of Node 26.10.

const everywhere = require('./everywhere.cjs');
const expected = require('./expected/index.cjs');

const SIZE = 64 * 1024;
const ROUNDS = 300;

/** In a worker: writes into shared memory, and lets it grow, until it is told to stop. */
function scribble({ data, gate }) {
  const control = gate(data.memory);
  const bytes = new Uint8Array(data.shared);
  control.arrive(0);
  for (let value = 0; control.count(1) === 0; value = (value + 1) % 256) {
    bytes.fill(value);
    const { byteLength, maxByteLength } = data.shared;
    if (byteLength < maxByteLength) data.shared.grow(byteLength + 1);
  }
}

module.exports = {
  tests: [
    {
      name: 'detached, resized and shared buffers are read as they are or refused',
      needs: ['surface-26'],
      async run(ctx) {
        const outcomes = await everywhere(ctx, 'scenes/buffers.cjs');
        expected.check(ctx, outcomes, expected.buffers, 'buffers');
      },
    },
    {
      name: 'memory that another thread writes and grows is copied when it is bound',
      needs: ['surface-26'],
      async run(ctx) {
        const gate = ctx.newGate(2);
        const shared = new SharedArrayBuffer(SIZE, { maxByteLength: 4 * SIZE });
        const data = { shared, memory: gate.memory };
        const worker = ctx.worker(scribble, { name: 'scribbler', data });
        await ctx.reached(gate, 0, 1);
        const db = ctx.open(':memory:');
        const one = db.prepare('SELECT ? AS v, length(?1) AS size');
        try {
          for (let round = 0; round < ROUNDS; round += 1) {
            const { v, size } = one.get(new Uint8Array(shared));
            ctx.check.same(v.length, size);
            ctx.check.ok(size >= SIZE && size <= shared.byteLength, `${size} bytes were read`);
            ctx.check.ok(!(v.buffer instanceof SharedArrayBuffer), 'the result is a copy');
          }
        } finally {
          gate.arrive(1);
        }
        await worker.ends();
        db.close();
      },
    },
  ],
};
