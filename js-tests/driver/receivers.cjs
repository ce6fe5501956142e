'use strict';
// Every function of a target on everything that it is not made for: methods and accessors on wrong receivers,
// constructors called in wrong ways, plain functions with wrong objects. The process has to live, and native code may
// answer with nothing but an error. Pure but for the calls: gives back what it counted and what it found.

const { attempt, Tally } = require('./receivers/tally.cjs');
const { strangers } = require('./receivers/strangers.cjs');
const { construct } = require('./receivers/constructions.cjs');

/** Methods, getters, setters and symbol methods: `[name, function, receivers take arguments]`. */
function functionsOf(holder, label) {
  return Reflect.ownKeys(holder)
    .filter((key) => key !== 'constructor')
    .flatMap((key) => {
      const property = Object.getOwnPropertyDescriptor(holder, key);
      return ['value', 'get', 'set']
        .filter((kind) => typeof property[kind] === 'function')
        .map((kind) => ({
          name: `${kind === 'value' ? '' : `${kind} `}${label}.${String(key)}`,
          kind,
          key,
          callable: property[kind],
        }));
    });
}

/** Arguments that a function is tried with: none, and its receiver as what it may want. */
const argumentsFor = (kind, receiver) =>
  kind === 'get' ? [[]] : kind === 'set' ? [[1], [receiver]] : [[], [receiver, receiver]];

/** Methods and accessors of one class. */
function onReceivers(tally, Class, receivers) {
  for (const { name, kind, key, callable } of functionsOf(Class.prototype, Class.name)) {
    // A constant of the class: the same for every receiver, by its meaning.
    if (key === Symbol.toStringTag) continue;
    for (const [label, receiver] of receivers) {
      for (const args of argumentsFor(kind, receiver)) {
        const outcome = attempt(tally, callable, () => Reflect.apply(callable, receiver, args));
        // An iterator's own [Symbol.iterator] gives back whatever it is called on.
        if (tally.answered(outcome) && outcome.value !== receiver) {
          tally.accepted(`${name} on ${label}`, outcome.value);
        }
      }
    }
  }
}

/** Functions that take an object of the target, as `[name, function]`. */
function onArguments(tally, takers, given) {
  for (const [name, callable] of takers) {
    for (const [label, object] of given) {
      for (const args of [[object], [object, object]]) {
        const outcome = attempt(tally, callable, () => callable(...args));
        if (tally.answered(outcome)) tally.accepted(`${name}(${label})`, outcome.value);
      }
    }
  }
}

const PARTS = ['receivers', 'constructions', 'arguments'];

/**
 * @param {object} target what the adapter's `generic` gives: `classes()`, `[[Class, instance or undefined], …]`; `takers()`,
 *   `[[name, function], …]` that take an object of the target; `others()`, objects of the target that these do not take
 * @param {string[]} [parts] of `receivers`, `constructions`, `arguments`
 * @returns {Tally}
 */
function receivers(target, parts = PARTS) {
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown) throw new Error(`there is no part "${unknown}" of receivers`);
  const tally = new Tally();
  const classes = new Map(target.classes?.() ?? []);
  for (const [Class, own] of classes) {
    const wrong = strangers({ Class, own, objects: [...classes.values()] });
    // First: what these make of the strangers shows when the methods are called on them.
    if (parts.includes('constructions')) construct(tally, Class, wrong);
    if (parts.includes('constructions') || parts.includes('receivers')) {
      onReceivers(tally, Class, wrong);
    }
  }
  if (parts.includes('arguments')) {
    const own = target.make?.();
    onArguments(
      tally,
      target.takers?.() ?? [],
      strangers({ own, objects: target.others?.() ?? [] }),
    );
  }
  tally.check(parts);
  return tally;
}

module.exports = { receivers };
