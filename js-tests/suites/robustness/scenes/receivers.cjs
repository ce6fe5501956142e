'use strict';
// Calls every method, accessor and method named by a symbol, of every class, on everything that is no
// object of that class. All that may come of it is a TypeError.

const { subjects, unharmed } = require('../subjects.cjs');

const ILLEGAL = { name: 'TypeError', message: /Illegal invocation/, code: undefined };

/** One object of each class. */
function specimens(subject) {
  return {
    DatabaseSync: subject.db,
    StatementSync: subject.idle,
    StatementSyncIterator: subject.db.prepare('SELECT a FROM t').iterate(),
    Session: subject.session,
    SQLTagStore: subject.store,
  };
}

/** Functions that an object of the class answers with: methods and getters, its own and its prototype's. */
function functionsOf(object) {
  const functions = [];
  for (const holder of [object, Object.getPrototypeOf(object)]) {
    for (const key of Reflect.ownKeys(holder)) {
      if (key === 'constructor') continue;
      const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key);
      for (const [kind, call] of Object.entries({ value, get, set })) {
        if (typeof call === 'function') functions.push([`${String(key)} (${kind})`, call]);
      }
    }
  }
  return functions;
}

function clone(object) {
  try {
    return structuredClone(object);
  } catch {
    return { ...Object.getOwnPropertyDescriptors(object) };
  }
}

/** What is no object of the class of `right`. */
function wrongReceivers(right, others) {
  const prototype = Object.getPrototypeOf(right);
  function Fake() {}
  Fake.prototype = prototype;
  return {
    undefined,
    null: null,
    'a number': 1,
    'a string': 'receiver',
    'a symbol': Symbol('receiver'),
    'a bigint': 1n,
    'a function': () => {},
    'an array': [],
    'a plain object': {},
    'a date': new Date(0),
    'a buffer': new Uint8Array(64),
    'a promise': Promise.resolve(),
    'the global object': globalThis,
    'its prototype': prototype,
    'an heir of its prototype': Object.create(prototype),
    'an heir of the object': Object.create(right),
    'a Proxy of it': new Proxy(right, {}),
    'what a function with its prototype makes': new Fake(),
    'what is left of its clone': clone(right),
    ...others,
  };
}

module.exports = function receivers(tools) {
  const { check } = tools;
  const subject = subjects(tools);
  const rights = specimens(subject);
  let calls = 0;
  for (const [type, right] of Object.entries(rights)) {
    const others = { ...rights };
    delete others[type];
    for (const [kind, receiver] of Object.entries(wrongReceivers(right, others))) {
      for (const [name, call] of functionsOf(right)) {
        const attempt = () => Reflect.apply(call, receiver, ['SELECT 1', {}]);
        check.throws(attempt, ILLEGAL, `${type} ${name} on ${kind}`);
        calls += 1;
      }
    }
  }
  check.same(subject.idle.all().length, 3);
  check.same(unharmed(subject), 'open');
  return calls;
};
