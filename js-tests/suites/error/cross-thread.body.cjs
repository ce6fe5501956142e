'use strict';
// Attempts to bring an object into another thread. There is no way to do that, and each one has to say so.

const { MessageChannel, Worker, BroadcastChannel } = require('node:worker_threads');
const { subjects, unharmed } = require('./subjects.cjs');

const REFUSED = { name: 'DataCloneError', code: 25 };
const KINDS = ['db', 'statement', 'iterator'];

/** Runs `attempts(object)` for an object of each kind, and checks that it did no harm. */
function attemptAll(ctx, attempts, expected) {
  const own = subjects(ctx);
  for (const kind of KINDS) {
    for (const [name, attempt] of Object.entries(attempts)) {
      ctx.check.throws(() => attempt(own[kind]), expected, `${name} of a ${kind}`);
    }
  }
  unharmed(ctx, own);
  own.close();
}

/** A worker that reports what arrives at it until it is told to stop. */
function listener({ onMessage, send, close }) {
  onMessage((message) => {
    if (message === 'stop') close();
    else send(message);
  });
}

module.exports = {
  tests: [
    {
      name: 'structured clone of each kind of object throws DataCloneError',
      needs: ['data-clone-error'],
      run(ctx) {
        const attempts = {
          'a clone': (object) => structuredClone(object),
          'a clone inside of an object': (object) => structuredClone({ deep: [object] }),
          'a clone inside of a Map': (object) => structuredClone(new Map([['key', object]])),
        };
        attemptAll(ctx, attempts, REFUSED);
      },
    },
    {
      name: 'posting each kind of object to a worker throws, and nothing arrives there',
      needs: ['data-clone-error'],
      async run(ctx) {
        const worker = ctx.worker(listener, { name: 'listener' });
        const { port1, port2 } = new MessageChannel();
        port1.unref();
        port2.unref();
        const attempts = {
          'postMessage to a worker': (object) => worker.post(object),
          'postMessage to a port': (object) => port1.postMessage([object]),
          workerData: (object) => new Worker('', { eval: true, workerData: object }),
        };
        attemptAll(ctx, attempts, REFUSED);
        port1.close();
        port2.close();
        worker.post('last');
        worker.post('stop');
        const { messages } = await worker.ends();
        ctx.check.same(messages, ['last']);
      },
    },
    {
      name: 'an object in a transfer list throws DataCloneError',
      needs: ['data-clone-error'],
      async run(ctx) {
        const worker = ctx.worker(listener, { name: 'listener' });
        const attempts = {
          'postMessage with transfer': (object) => worker.worker.postMessage(object, [object]),
          'transfer beside a message': (object) => worker.worker.postMessage('x', [object]),
          'structuredClone with transfer': (object) =>
            structuredClone(object, { transfer: [object] }),
          'transferList of a worker': (object) =>
            new Worker('', { eval: true, workerData: object, transferList: [object] }),
        };
        attemptAll(ctx, attempts, REFUSED);
        worker.post('stop');
        ctx.check.same((await worker.ends()).messages, []);
      },
    },
    {
      name: 'BroadcastChannel refuses each kind of object, and its receiver in a worker hears the rest',
      needs: ['data-clone-error'],
      async run(ctx) {
        const channel = `errors-${ctx.dir}`;
        const gate = ctx.newGate();
        const worker = ctx.worker(
          (tools) => {
            const { BroadcastChannel: Channel } = tools.require('node:worker_threads');
            const heard = [];
            const own = new Channel(tools.data.channel);
            return new Promise((resolve) => {
              own.onmessage = ({ data }) => {
                heard.push(data);
                if (data !== 'stop') return;
                own.close();
                resolve(heard);
              };
              tools.gate(tools.data.gate).arrive();
            });
          },
          { name: 'receiver', data: { channel, gate: gate.memory } },
        );
        await ctx.reached(gate, 0, 1);
        // Unreferenced, so that a failed test does not keep its runner alive.
        const sender = new BroadcastChannel(channel).unref();
        attemptAll(ctx, { broadcast: (object) => sender.postMessage(object) }, REFUSED);
        sender.postMessage('stop');
        const { value } = await worker.ends();
        sender.close();
        ctx.check.same(value, ['stop']);
      },
    },
    {
      name: 'a worker cannot post its own objects to its parent',
      needs: ['data-clone-error'],
      async run(ctx) {
        const worker = ctx.worker('poster.cjs', { name: 'poster' });
        ctx.check.same((await worker.ends()).messages, ['done']);
      },
    },
    {
      name: 'what is left of an object in another thread has no native part',
      async run(ctx) {
        // With a DataCloneError nothing arrives; a spread copy always does. Neither may be usable.
        const own = subjects(ctx);
        const clones = KINDS.map((kind) => {
          try {
            return structuredClone(own[kind]);
          } catch (error) {
            ctx.check.errorLike(error, REFUSED);
            return JSON.parse(JSON.stringify({ ...own[kind] }));
          }
        });
        for (const [index, clone] of clones.entries()) {
          const calls = await ctx.inWorker('receivers.cjs', {
            name: `receiver of a ${KINDS[index]}`,
            data: { clone },
          });
          ctx.check.ok(calls >= 100, `only ${calls} calls were made`);
        }
        unharmed(ctx, own);
        own.close();
      },
    },
  ],
};
