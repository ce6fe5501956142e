'use strict';
// Every function of the target's classes on every wrong receiver. The process has to live, and no call
// may give anything but an error or what the language itself makes of it.

/** What a method of one class must never be called on, by name. */
function wrongReceivers(Class, instances) {
  const own = instances.get(Class);
  const clone = (object) => {
    try {
      return structuredClone(object);
    } catch {
      return {};
    }
  };
  const others = [...instances].filter(([Other]) => Other !== Class).map(([, object]) => object);
  return [
    undefined,
    null,
    0,
    'text',
    Symbol.iterator,
    {},
    [],
    () => {},
    Object.create(null),
    Class,
    Class.prototype,
    Object.create(Class.prototype),
    new Proxy(own ?? {}, {}),
    clone(own ?? {}),
    ...others,
  ];
}

/** Methods, getters, setters and symbol methods of a prototype. */
function functionsOf(prototype) {
  return Reflect.ownKeys(prototype)
    .filter((key) => key !== 'constructor')
    .flatMap((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key);
      return [value, get, set].filter((one) => typeof one === 'function');
    });
}

/** The ways in which a constructor must not be called. */
function* wrongConstructions(Class) {
  yield () => Class();
  yield () => Reflect.apply(Class, {}, []);
  yield () => Reflect.apply(Class, Object.create(Class.prototype), []);
  yield () => Reflect.apply(Class, null, []);
  yield () => Reflect.construct(Class, [], Array);
  yield () => Reflect.construct(Class, [], function Other() {});
  yield () => Reflect.construct(Object, [], Class);
}

/**
 * @param {object} target has `classes()`: `[[Class, instance or undefined], …]`
 * @returns {{ calls: number, reached: number }} how many calls there were, and how many of them threw
 */
function receivers(target) {
  const instances = new Map(target.classes());
  let calls = 0;
  let reached = 0;
  const attempt = (act) => {
    calls++;
    try {
      act();
    } catch {
      reached++;
    }
  };
  for (const Class of instances.keys()) {
    for (const method of functionsOf(Class.prototype)) {
      for (const receiver of wrongReceivers(Class, instances)) {
        attempt(() => Reflect.apply(method, receiver, []));
        attempt(() => Reflect.apply(method, receiver, [receiver, receiver]));
      }
    }
    for (const construct of wrongConstructions(Class)) attempt(construct);
  }
  if (calls === 0) throw new Error('the target has no classes with methods: nothing was called');
  return { calls, reached };
}

module.exports = { receivers };
