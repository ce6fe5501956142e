'use strict';
// The ways in which JavaScript gives a value to a thread that it starts. All of them clone; what cannot be cloned
// arrives as null.

const {
  BroadcastChannel,
  MessageChannel,
  getEnvironmentData,
  parentPort,
  receiveMessageOnPort,
  setEnvironmentData,
} = require('node:worker_threads');

const KEY = 'threadproof: given';

/** What `act` makes of the value, or of null when that cannot be cloned: an error to clone is an answer, too. */
function orNull(value, act) {
  try {
    return act(value);
  } catch (error) {
    if (error.name !== 'DataCloneError') throw error;
    return act(null);
  }
}

const cloneOrNull = (value) => orNull(value, structuredClone);

/** Through a channel that both ends of are here. */
function broadcast(value) {
  const name = `${KEY} ${process.pid} ${performance.now()}`;
  const [from, to] = [new BroadcastChannel(name), new BroadcastChannel(name)];
  try {
    orNull(value, (one) => from.postMessage(one));
    return receiveMessageOnPort(to).message;
  } finally {
    from.close();
    to.close();
  }
}

/** What is sent with the new thread, and what is to be done when there is one. */
const WAYS = {
  'worker-data': (value) => ({ given: { value: cloneOrNull(value) } }),
  broadcast: (value) => ({ given: { value: broadcast(value) } }),
  message: (value) => ({
    given: { by: 'message' },
    then: (worker) => orNull(value, (one) => worker.postMessage(one)),
  }),
  port: (value) => {
    const { port1, port2 } = new MessageChannel();
    orNull(value, (one) => port1.postMessage(one));
    port1.close();
    return { given: { by: 'port', port: port2 }, transferList: [port2] };
  },
  environment: (value) => {
    // It is cloned when the thread is started: what cannot be would end that.
    setEnvironmentData(KEY, cloneOrNull(value));
    return { given: { by: 'environment' }, then: () => setEnvironmentData(KEY, undefined) };
  },
};

/** @param {any} value @param {string} by a name of `WAYS` */
const give = (value, by) => WAYS[by](value);

/** The other end, in the new thread: `{ value }`. */
async function take(given) {
  switch (given?.by) {
    case 'message':
      return new Promise((resolve) => {
        parentPort.once('message', (value) => resolve({ value }));
      });
    case 'port': {
      const received = receiveMessageOnPort(given.port);
      given.port.close();
      return { value: received.message };
    }
    case 'environment':
      return { value: getEnvironmentData(KEY) };
    default:
      return given;
  }
}

module.exports = { cloneOrNull, give, take };
