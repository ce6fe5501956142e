'use strict';
// Everything that an object of the target must not be taken for, by name.

/** The clone, or null for what cannot be cloned. */
function cloned(object) {
  try {
    return structuredClone(object);
  } catch (error) {
    if (error.name !== 'DataCloneError') throw error;
    return null;
  }
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What belongs to no target: primitives, and objects of the language. */
const ofTheLanguage = () => [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['0', 0],
  ['NaN', NaN],
  ['a text', 'text'],
  ['a bigint', 2n ** 64n - 1n],
  ['a symbol', Symbol.iterator],
  ['{}', {}],
  ['an array', []],
  ['a function', () => {}],
  ['an object without a prototype', Object.create(null)],
  ['a frozen object', Object.freeze({})],
  ['a typed array', new Uint8Array(8)],
  ['a Map', new Map()],
  ['an error', new Error('nothing')],
  ['globalThis', globalThis],
  ['a revoked proxy', revoked()],
];

/** What looks like an object of the target. */
function lookalikes(own) {
  if (own === undefined || own === null) return [];
  const clone = cloned(own);
  const copied = Object.create(Object.getPrototypeOf(own), Object.getOwnPropertyDescriptors(own));
  return [
    ['its clone', clone],
    ['its proxy', new Proxy(own, {})],
    ['an object that inherits from it', Object.create(own)],
    ['an object with its properties and its prototype', copied],
    ...(clone === null
      ? []
      : [
          [
            'its clone with its prototype',
            Object.setPrototypeOf(clone, Object.getPrototypeOf(own)),
          ],
        ]),
  ];
}

function ofTheClass(Class) {
  if (Class === undefined) return [];
  return [
    ['the class', Class],
    ['the prototype', Class.prototype],
    ['an object with the prototype', Object.create(Class.prototype)],
    ['an object made for the class by Object', Reflect.construct(Object, [], Class)],
  ];
}

/**
 * `[[name, value], …]` of what must not be taken for `own`, an instance of `Class` where that is known. `objects` are
 * others of the target.
 */
function strangers({ Class, own, objects }) {
  const others = objects.filter(
    (object) => object && object !== own && !(Class && object instanceof Class),
  );
  return [
    ...ofTheLanguage(),
    ...ofTheClass(Class),
    ...lookalikes(own),
    ...others.map((object) => [`another object (${object.constructor?.name})`, object]),
  ];
}

module.exports = { strangers };
