'use strict';
// Throws values of each kind in callbacks: what comes out has to be the very value that went in.

const callbacks = {
  ...require('../callbacks/index.cjs'),
  ...require('../callbacks/lossy.cjs'),
};
const { subjects, unharmed } = require('../subjects.cjs');
const { doing, withFiles } = require('./doing.cjs');

const REFUSING = {
  get() {
    throw new Error('nobody may look at what was thrown');
  },
};

const values = () => ({
  'an Error': new Error('thrown on purpose'),
  'an error with a code': Object.assign(new RangeError('coded'), { code: 'ERR_SQLITE_ERROR' }),
  undefined,
  null: null,
  'a symbol': Symbol('thrown'),
  'a string': 'thrown',
  NaN,
  'a bigint': 7n,
  'a frozen object': Object.freeze({}),
  'an object without prototype': Object.create(null),
  'a function': () => {},
  'a rejected promise': silenced(Promise.reject(new Error('inside'))),
  'an object that cannot be looked at': new Proxy({}, REFUSING),
});

function silenced(promise) {
  promise.catch(() => {});
  return promise;
}

/** The next error that nobody caught. */
const uncaught = () =>
  new Promise((resolve) => {
    process.once('uncaughtException', (error) => resolve({ error }));
  });

async function thrownBy(go, isUncaught) {
  const escaped = isUncaught ? uncaught() : null;
  let caught = null;
  try {
    await go();
  } catch (error) {
    caught = { error };
  }
  return isUncaught && caught === null ? escaped : caught;
}

module.exports = async function thrown(plain) {
  const tools = withFiles(plain);
  const { check, data } = tools;
  let count = 0;
  for (const name of data.callbacks) {
    for (const [kind, value] of Object.entries(values())) {
      doing(`${name} throws ${kind}`);
      const subject = subjects(tools);
      const callback = callbacks[name];
      let calls = 0;
      const { go } = callback.set(subject, () => {
        calls += 1;
        throw value;
      });
      const result = await thrownBy(go, callback.uncaught);
      check.ok(calls > 0, `${name} was never called`);
      check.ok(result !== null, `${name}: ${kind} was lost`);
      check.ok(Object.is(result.error, value), `${name}: ${kind} came out as something else`);
      check.same(unharmed(subject), 'open');
      count += 1;
    }
  }
  return count;
};
