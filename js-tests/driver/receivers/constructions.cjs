'use strict';
// The ways in which a constructor is called that its author did not think of.

const { attempt } = require('./tally.cjs');

/** What may stand in the place of `new.target`, by name. */
function newTargets(Class) {
  const throwing = new Proxy(function Trap() {}, {
    get(target, key) {
      if (key === 'prototype') throw new Error('no prototype');
      return Reflect.get(target, key);
    },
  });
  const withPrototype = (prototype) => Object.assign(function Odd() {}, { prototype });
  return [
    ['Array', Array],
    ['Promise', Promise],
    ['another function', function Other() {}],
    ['a bound function', Class.bind(null)],
    ['a proxy of the class', new Proxy(Class, {})],
    ['a function without a prototype', withPrototype(null)],
    ['a function with a number as its prototype', withPrototype(7)],
    ['a function with a proxy as its prototype', withPrototype(new Proxy({}, {}))],
    ['a function whose prototype throws', throwing],
  ];
}

/** Without `new`: an error, or an object of its own. It must not make one of whatever it was called on. */
function withoutNew(tally, Class, receivers) {
  for (const [label, receiver] of receivers) {
    const outcome = attempt(tally, Class, () => Reflect.apply(Class, receiver, []));
    if (outcome.threw || !outcome.native) continue;
    if (outcome.value === receiver || !(outcome.value instanceof Class)) {
      tally.accepted(`${Class.name} without new, on ${label},`, outcome.value);
    }
  }
}

/** As the constructor of something else: the language allows it, so native code must live with it. */
function withOtherTargets(tally, Class) {
  for (const [, target] of newTargets(Class)) {
    attempt(tally, Class, () => Reflect.construct(Class, [], target));
  }
}

/** As the parent of a class. */
function asParent(tally, Class) {
  class Sub extends Class {
    own = 1;
  }
  class Silent extends Class {
    constructor() {
      // Returns without a call of the parent: no object of the target is made.
      return Object.create(Silent.prototype);
    }
  }
  const plain = attempt(tally, Class, () => new Class());
  const sub = attempt(tally, Class, () => new Sub());
  attempt(tally, Class, () => new Silent());
  if (plain.threw) return;
  if (sub.threw) tally.wrong(`${Class.name} cannot be extended: ${sub.error?.message}`);
  else if (!(sub.value instanceof Sub) || sub.value.own !== 1) {
    tally.wrong(`an instance of a class that extends ${Class.name} is none`);
  }
}

/** Calls the constructor in all wrong ways; `receivers` are `[[name, value], …]`. */
function construct(tally, Class, receivers) {
  withoutNew(tally, Class, receivers);
  withOtherTargets(tally, Class);
  asParent(tally, Class);
}

module.exports = { construct };
