'use strict';
// worker.terminate() in each state that a worker can be in, with a transaction, a statement and an
// iterator open. A worker that is terminated exits with code 1.

const fs = require('node:fs');
const { setImmediate: turn } = require('node:timers/promises');
const { checkFile, start } = require('./aftermath.cjs');

async function terminated(ctx, scene) {
  ctx.check.same(await scene.worker.terminate(), 1);
  await scene.worker.ends({ code: 1 });
  checkFile(ctx, scene.file);
}

const whileIt = (name, how, { needs = [], journals = ['delete'] } = {}) => ({
  name,
  needs,
  async run(ctx) {
    for (const journal of journals) {
      const scene = start(ctx, how, { journal });
      await scene.ready();
      await terminated(ctx, scene);
    }
  },
});

/** Waits until the file has grown: the statement that writes is running. */
async function grown(ctx, scene, file, from) {
  while (!fs.existsSync(file) || fs.statSync(file).size <= from) {
    if (scene.worker.ended) await scene.worker.ends();
    await turn();
  }
}

module.exports = {
  tests: [
    whileIt('while idle, mid-transaction', 'is idle', { journals: ['delete', 'wal'] }),
    whileIt('while parked inside of JavaScript, mid-transaction', 'is parked'),
    whileIt('mid-iteration', 'iterates', { journals: ['delete', 'wal'] }),
    whileIt('while short queries follow one another', 'runs short queries'),
    whileIt('mid-query, in a query that would never end', 'runs an endless query', {
      needs: ['interrupt'],
    }),
    {
      name: 'mid-query, in a statement that writes and would never end',
      needs: ['interrupt'],
      async run(ctx) {
        for (const [journal, suffix] of [
          ['delete', ''],
          ['wal', '-wal'],
        ]) {
          const scene = start(ctx, 'writes in an endless query', { journal });
          await scene.ready();
          await grown(ctx, scene, scene.file + suffix, 256 * 1024);
          await terminated(ctx, scene);
        }
      },
    },
    {
      name: 'three workers at once, each in another state, and a fourth goes on',
      async run(ctx) {
        const scenes = ['is idle', 'iterates', 'runs short queries'].map((how, index) =>
          start(ctx, how, { file: ctx.file(`${index}.db`) }),
        );
        const survivor = ctx.worker(
          ({ open, gate, block, data }) => {
            const db = open(':memory:');
            gate(data.memory).arrive(0);
            block(gate(data.memory), 1, 1);
            const { sum } = db.prepare('SELECT 1 + 2 AS sum').get();
            db.close();
            return sum;
          },
          { name: 'survivor', data: { memory: scenes[0].gate.memory } },
        );
        await ctx.reached(scenes[0].gate, 0, 2);
        for (const scene of scenes.slice(1)) await scene.ready();
        await Promise.all(scenes.map((scene) => scene.worker.terminate()));
        for (const scene of scenes) await scene.worker.ends({ code: 1 });
        scenes[0].gate.arrive(1);
        ctx.check.same((await survivor.ends()).value, 3);
        for (const scene of scenes) checkFile(ctx, scene.file);
      },
    },
  ],
};
