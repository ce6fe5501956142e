'use strict';
// What a correct addon does, without one. A scenario that fails here fails for a reason of Node's, of the harness's or of the
// machine's: `threadproof blame` asks it. What needs native code (a long call, a native thread, what threads share) is missing.

const { stat } = require('node:fs/promises');
const { threadId } = require('node:worker_threads');

/** Private fields say whose an object is: a clone or another object has none, and using it throws. */
class Resource {
  #alive = true;
  #parent;
  #answer;

  constructor(answer, parent) {
    this.#answer = answer;
    // Held: what needs it can be used for as long as anybody has that.
    this.#parent = parent;
  }

  static use(object) {
    if (!object.#alive) throw new Error('it was disposed of');
    if (object.#parent) Resource.use(object.#parent);
    return object.#answer;
  }

  static dispose(object) {
    object.#alive = false;
  }
}

class Other {}

/** Handles of two envs are never the same number. */
const OF_AN_ENV = 2 ** 20;
const OF_A_THREAD = 2 ** 32;
let envs = 0;

const sumOf = (bytes) => bytes.reduce((sum, byte) => sum + byte, 0);

/** The functions, with a state of their own: what an addon has for each env. */
function create() {
  const first = threadId * OF_A_THREAD + envs++ * OF_AN_ENV;
  let number = 0;
  let kept = new Uint8Array(0);
  let cached;
  const single = {};
  const list = [];
  const listeners = [];
  const numbers = new Map();

  function own(handle) {
    const n = numbers.get(handle);
    if (n === undefined) throw new Error('this is no handle of this env');
    return n;
  }

  const surface = {
    make: () => new Resource(42),
    use: (object) => Resource.use(object),
    dispose: (object) => Resource.dispose(object),
    other: () => new Other(),
    child(object) {
      Resource.use(object);
      return new Resource(7, object);
    },
    visit(object, fn) {
      Resource.use(object);
      fn();
      return Resource.use(object);
    },
    set(n) {
      number = n;
    },
    get: () => number,
    singleton: () => single,
    /** Kept for as long as somebody has it; it counts how often that was asked for. */
    cached() {
      const object = cached?.deref() ?? { uses: 0 };
      object.uses++;
      cached = new WeakRef(object);
      return object;
    },
    uses: (object) => object.uses,
    call: (fn, ...args) => fn(...args),
    until(fn) {
      for (let calls = 1; ; calls++) if (fn() === true) return calls;
    },
    push: (fn) => {
      list.push({ fn, removed: false });
    },
    remove(fn) {
      for (const entry of list) entry.removed ||= entry.fn === fn;
      for (let at = list.length - 1; at >= 0; at--) if (list[at].removed) list.splice(at, 1);
    },
    /** Those that are on it when it begins, unless they are removed meanwhile. */
    each() {
      let calls = 0;
      for (const entry of [...list]) {
        if (entry.removed) continue;
        entry.fn();
        calls++;
      }
      return calls;
    },
    listen: (fn) => {
      listeners.push(fn);
    },
    emit(value) {
      for (const fn of [...listeners]) fn(value);
      return listeners.length;
    },
    /** The pool of threads that Node has for files. */
    later: async () => (await stat(__filename)).size,
    keep(view) {
      kept = view.slice();
    },
    sum: () => sumOf(kept),
    scan(view, fn) {
      const copy = view.slice();
      fn();
      return sumOf(copy);
    },
    echo: (value) => value,
    acquire(n) {
      const handle = first + numbers.size + 1;
      numbers.set(handle, n);
      return handle;
    },
    read: own,
    release(handle) {
      own(handle);
      numbers.set(handle, undefined);
    },
    takers: () => ['use', 'dispose', 'child', 'visit'].map((name) => [name, surface[name]]),
    others: () => [new Other()],
  };
  return surface;
}

/** Of this thread: a module is evaluated once in each. */
let loaded;

module.exports = {
  load: () => (loaded ??= create()),
  waysToInitialise: ['require-cache', 'dlopen'],
  initAgain: create,
};
