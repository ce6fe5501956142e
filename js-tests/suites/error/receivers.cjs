'use strict';
// A worker that calls every method of the module's classes on receivers that are no such object, among
// them what a clone of another thread's object leaves.
const { methodsOf, subjects, unharmed } = require('./subjects.cjs');

module.exports = function receivers(tools) {
  const { check, data, load } = tools;
  const { DatabaseSync, StatementSync } = load();
  const own = subjects(tools);
  const iteratorPrototype = Object.getPrototypeOf(own.iterator);
  const wrong = {
    'a clone from another thread': data.clone,
    'a plain object': {},
    'an object that inherits from the prototype': (prototype) => Object.create(prototype),
    'the prototype itself': (prototype) => prototype,
    'a Proxy of the right object': (_prototype, right) => new Proxy(right, {}),
    'an object of another class': (_prototype, right) =>
      right === own.db ? own.statement : own.db,
  };
  // In older builtins dispose is JavaScript of Node's that catches every error.
  const symbols = tools.supports('statement-close');
  let calls = 0;
  for (const [prototype, right] of [
    [DatabaseSync.prototype, own.db],
    [StatementSync.prototype, own.statement],
    [iteratorPrototype, own.iterator],
  ]) {
    for (const [name, method] of methodsOf(prototype, symbols)) {
      for (const [kind, make] of Object.entries(wrong)) {
        const receiver = typeof make === 'function' ? make(prototype, right) : make;
        const expected = { name: 'TypeError', message: /Illegal invocation/, code: undefined };
        check.throws(() => method.call(receiver, 'SELECT 1'), expected, `${name} on ${kind}`);
        calls += 1;
      }
    }
  }
  unharmed(tools, own);
  own.close();
  return calls;
};
