'use strict';
// Does the operations of one thread, in their order. What each operation means stands in
// `language.cjs`; this file is the only one that touches the target.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');
const { inspect } = require('node:util');
const { collect } = require('./collect.cjs');
const { unloadedNote } = require('./mapped.cjs');
const { cloneOrNull } = require('./passing.cjs');
const { Threads } = require('./threads.cjs');
const { within } = require('./within.cjs');
const { receivers } = require('./receivers.cjs');
const { limit, unlimit, unlimitAll } = require('./limits.cjs');
const { checkGrowth, count } = require('./census.cjs');

/** The database of a program, in its folder: no temporary file. */
const DATABASE = '.shared.db';
/** How long a connection waits for the others. */
const BUSY_MS = 5000;

/** Text of a value that is equal in all threads if the value is. */
const portable = (given) => inspect(given, { depth: 6, maxArrayLength: 1000, sorted: true });

/** Names of a thrown value that expectations are compared with. */
const described = (error) =>
  error !== null && typeof error === 'object'
    ? [error.name, error.code, error.message].filter(Boolean).join(' ')
    : String(error);

class Interpreter {
  /**
   * @param {object} spec
   * @param {string} spec.thread which list of the program this is
   * @param {object} spec.threads all lists
   * @param {object} spec.adapter the target's adapter
   * @param {string} spec.dir a folder for files
   * @param {import('./signals.cjs').Signals} spec.signals
   * @param {import('./handover.cjs').Handover} spec.handover
   * @param {number} spec.limitMs of one wait
   * @param {{ value: any }} [spec.given] what the slot `given` holds from the beginning
   * @param {Function} spec.tell takes `{ kind, … }`: phases and records
   */
  constructor(spec) {
    Object.assign(this, spec);
    this.slots = new Map(spec.given ? [['given', spec.given.value]] : []);
    this.loaded = new Map();
    this.children = new Threads(spec);
  }

  /** Runs this thread's list to its end. */
  async run() {
    try {
      await this.#all(this.threads[this.thread]);
    } catch (error) {
      // That is how the thread shall end.
      if (error?.ends) throw error;
      // The others would wait in vain, and the process for them.
      if (error?.name !== 'Abandoned') this.tell({ kind: 'failed', text: described(error) });
      unlimitAll();
      this.signals.abandon();
      await this.children.end();
      throw error;
    }
    this.children.settled();
  }

  async #all(list) {
    for (const [index, one] of list.entries()) {
      try {
        await this.#step(one);
      } catch (error) {
        const failure = located(
          error,
          `${this.thread}, operation ${index} (${one.op} ${nameOf(one)})`,
        );
        if (one.ends) failure.ends = true;
        throw failure;
      }
    }
  }

  /** The same inside of a callback from native code, where nothing can be awaited. */
  #now(list) {
    for (const one of list) {
      const done = this.#step(one);
      if (typeof done?.then === 'function') {
        throw new Error(`${one.op} needs the event loop, which a callback does not have`);
      }
    }
  }

  #step(one) {
    const step = STEPS[one.op];
    if (step === undefined) throw new Error(`there is no operation ${one.op}`);
    return step.call(this, one);
  }

  get generic() {
    return this.of('target');
  }

  /** The functions of a loaded target by their generic names. */
  of(name) {
    const module = this.loaded.get(name);
    if (module === undefined) throw new Error(`"${name}" was not loaded in ${this.thread}`);
    return this.adapter.generic ? this.adapter.generic(module) : module;
  }

  slot(name) {
    if (!this.slots.has(name)) throw new Error(`nothing was kept in the slot "${name}"`);
    return this.slots.get(name);
  }

  /** A value of the language as JavaScript has it. */
  value(given) {
    if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
    const make = VALUES[given.$];
    return make ? make.call(this, given) : given;
  }

  /** Does something that may throw, and holds it to what was expected. */
  expect(one, act) {
    const { throws, may, mayThrow } = one;
    let result;
    try {
      result = act();
    } catch (error) {
      if (may || mayThrow) return undefined;
      if (throws === undefined) throw error;
      if (throws !== true && !described(error).includes(throws)) {
        throw new Error(`threw ${described(error)}, not ${throws}`, { cause: error });
      }
      return undefined;
    }
    if (throws !== undefined) throw new Error(`threw nothing, and gave ${portable(result)}`);
    if (one.as !== undefined) this.slots.set(one.as, result);
    if (Object.hasOwn(one, 'equals')) equal(result, this.value(one.equals));
    if (one.type !== undefined && !may) equal(typeof result, one.type);
    return undefined;
  }

  signalOnce(name) {
    this.signals.signal(name);
  }

  function_({ then, returns, calls, once }) {
    let done = false;
    return () => {
      if (calls !== undefined) this.signals.signal(calls);
      if (!(once && done)) {
        done = true;
        this.#now(then);
      }
      return this.value(returns);
    };
  }

  repeat({ times, then }) {
    const again = async () => {
      for (let i = 0; i < times; i++) await this.#all(then);
    };
    return again();
  }

  record(label, given) {
    this.tell({ kind: 'record', label, text: portable(given), thread: this.thread });
  }
}

/** Which operation it was, in a few words. */
const nameOf = (one) => one.thread ?? one.name ?? one.path ?? one.slot ?? one.label ?? '';

function located(error, where) {
  if (error === null || typeof error !== 'object' || error.located) return error;
  const wrapped = new Error(`${where}: ${described(error)}`, { cause: error });
  wrapped.located = true;
  if (error.name === 'Abandoned') wrapped.name = error.name;
  if (typeof error.stack === 'string') wrapped.stack = `${wrapped.message}\n${error.stack}`;
  return wrapped;
}

function equal(found, expected) {
  assert.deepStrictEqual(found, expected);
}

const VALUES = {
  slot({ name }) {
    return this.slot(name);
  },
  fn(given) {
    return this.function_(given);
  },
  bytes({ length, fill, kind }) {
    const buffer =
      kind === 'SharedArrayBuffer'
        ? new SharedArrayBuffer(length)
        : new ArrayBuffer(length, kind === 'resizable' ? { maxByteLength: 2 * length } : undefined);
    return new Uint8Array(buffer).fill(fill);
  },
  bigint: ({ text }) => BigInt(text),
  undefined: () => undefined,
  text: ({ units }) => String.fromCharCode(...units),
  number: ({ text }) => Number(text),
  object: () => ({}),
  cell({ name }) {
    return this.signals.cell(name);
  },
  prototype({ name }) {
    return this.generic[name].prototype;
  },
  plus({ name, by }) {
    return this.slot(name) + by;
  },
  proxy({ name }) {
    return new Proxy(this.slot(name), {});
  },
  given({ name }) {
    return this.handover.given(name);
  },
  dir() {
    return this.dir;
  },
};

const bufferOf = (given) => (ArrayBuffer.isView(given) ? given.buffer : given);

/** Finds `A.prototype.b`, `A.prototype.get:b`. */
function find(root, path) {
  const parts = path.split('.');
  const last = parts.pop();
  const holder = parts.reduce((object, part) => object[part], root);
  const [kind, name] = last.includes(':') ? last.split(':') : [null, last];
  return kind ? Object.getOwnPropertyDescriptor(holder, name)[kind] : holder[last];
}

/** Runs `act` once, when the first property of the object that it gives is set. */
function whenFirstSet(act) {
  let first = true;
  const before =
    (reflect) =>
    (...args) => {
      if (first) {
        first = false;
        act();
      }
      return reflect(...args);
    };
  const traps = { set: before(Reflect.set), defineProperty: before(Reflect.defineProperty) };
  return new Proxy({}, traps);
}

const STEPS = {
  spawn({ thread, given, ...options }) {
    if (given !== undefined) options.given = { value: this.slot(given) };
    this.children.spawn(thread, options);
  },
  exits({ thread, code = 0, error, withinMs }) {
    return this.children.exits(thread, { code, error, withinMs });
  },
  terminate({ thread }) {
    this.children.terminate(thread);
  },
  signal({ name }) {
    this.signals.signal(name);
  },
  wait({ name, count }) {
    this.signals.block(name, count, this.limitMs);
  },
  idle({ name, count }) {
    return this.signals.reached(name, count, this.limitMs);
  },
  inside({ name }) {
    return this.signals.seen(name, this.limitMs);
  },
  turn: () => turn(),
  gc() {
    return collect(this.limitMs);
  },

  load({ as, again, then, throws }) {
    this.tell({ kind: 'phase', phase: 'load' });
    this.expect({ throws }, () => {
      let module;
      if (then) module = this.adapter.loadInto(whenFirstSet(this.function_({ then })));
      else if (again === undefined) module = this.adapter.load();
      else module = this.adapter.initAgain(again, this.dir);
      this.loaded.set(as, module);
    });
    this.tell({ kind: 'phase', phase: 'run' });
  },
  database({ as }) {
    const file = path.join(this.dir, DATABASE);
    this.slots.set(as, this.adapter.open(file, { timeout: BUSY_MS }));
  },
  call(one) {
    const target = this.of(one.of ?? 'target');
    if (typeof target[one.name] !== 'function') {
      throw new Error(`the target has no function "${one.name}"`);
    }
    const args = one.args.map((arg) => this.value(arg));
    this.expect(one, () => target[one.name](...args));
  },
  method(one) {
    const args = one.args.map((arg) => this.value(arg));
    const object = this.slot(one.slot);
    this.expect(one, () => object[one.name](...args));
  },
  get(one) {
    const object = this.slot(one.slot);
    this.expect(one, () => object[one.name]);
  },
  make(one) {
    const Class = this.of(one.of ?? 'target')[one.name];
    const args = one.args.map((arg) => this.value(arg));
    this.expect(one, () => new Class(...args));
  },
  apply(one) {
    const found = find(this.generic, one.path);
    const args = one.args.map((arg) => this.value(arg));
    this.expect(one, () => Reflect.apply(found, this.value(one.receiver), args));
  },
  async settle(one) {
    const promise = this.slot(one.slot);
    const outcome = Promise.resolve(promise).then(
      (given) => () => given,
      (error) => () => {
        throw error;
      },
    );
    if (one.awaits !== undefined) this.signals.signal(one.awaits);
    this.expect(
      one,
      await within(outcome, this.limitMs, `the promise in "${one.slot}" was not settled`),
    );
  },
  repeat(one) {
    return this.repeat(one);
  },

  drop({ slot }) {
    this.slots.delete(slot);
  },
  keep({ slot, of }) {
    this.slots.set(slot, this.value(of));
  },
  instance({ slot, name, of }) {
    const is = this.slot(slot) instanceof this.of(of)[name];
    if (!is) throw new Error(`what ${slot} holds is no instance of this thread's ${name}`);
  },
  local({ slot }) {
    if (!(this.slot(slot) instanceof Object)) {
      throw new Error(`what ${slot} holds is no object of this thread`);
    }
  },
  same({ slot, other }) {
    // Nothing that would describe them: one of them may belong to another thread.
    const is = this.slot(slot) === this.slot(other);
    if (!is) throw new Error(`${slot} and ${other} hold different values`);
  },
  equals({ slot, expected }) {
    equal(this.slot(slot), this.value(expected));
  },
  give({ name, of }) {
    this.handover.give(name, this.value(of));
  },
  record({ label, of }) {
    this.record(label, this.value(of));
  },
  exports({ label, of }) {
    const target = this.loaded.get(of);
    const names = Object.keys(target).sort();
    this.record(
      label,
      names.map((name) => `${name}: ${typeof target[name]}`),
    );
  },
  clone({ slot, as }) {
    this.slots.set(as, cloneOrNull(this.slot(slot)));
  },
  detach({ slot, as }) {
    const buffer = bufferOf(this.slot(slot));
    const moved = structuredClone(buffer, { transfer: [buffer] });
    if (as !== undefined) this.slots.set(as, moved);
  },
  resize({ slot, length }) {
    bufferOf(this.slot(slot)).resize(length);
  },
  fill({ slot, byte }) {
    new Uint8Array(bufferOf(this.slot(slot))).fill(byte);
  },
  receivers({ parts }) {
    this.tell({ kind: 'note', message: String(receivers(this.generic, parts)) });
  },
  unloaded() {
    this.tell({ kind: 'note', message: unloadedNote(this.adapter.binaries?.() ?? []) });
  },
  limit({ resource, extra }) {
    limit(resource, extra);
  },
  unlimit({ resource }) {
    unlimit(resource);
  },
  count({ resource, as }) {
    this.slots.set(as, count(resource));
  },
  grown({ resource, since, most }) {
    checkGrowth(resource, this.slot(since), most);
  },
  async collected({ slot }) {
    const weak = new WeakRef(this.slot(slot));
    this.slots.delete(slot);
    // A weak reference holds its object until the end of the turn; what finalizers let go needs one more collection.
    await turn();
    for (let i = 0; i < 2; i++) await collect(this.limitMs);
    if (weak.deref() !== undefined) {
      throw new Error(`what the slot "${slot}" held is still held by the target`);
    }
  },
  files({ expected, except }) {
    equal(
      fs
        .readdirSync(this.dir)
        .filter((name) => !name.startsWith('.') && !except.includes(name))
        .map((name) => path.basename(name))
        .sort(),
      expected,
    );
  },

  exit({ code }) {
    this.tell({ kind: 'phase', phase: 'exit' });
    process.exit(code);
  },
  fail({ message }) {
    throw Object.assign(new Error(message), { located: true });
  },
  uncaught({ message }) {
    // What the slots hold is still held when the thread ends by it.
    const end = (_slots) => {
      throw new Error(message);
    };
    return new Promise(() => {
      setImmediate(end, this.slots);
    });
  },
  raise({ of }) {
    throw this.value(of);
  },
  reject({ message }) {
    Promise.reject(new Error(message));
    return turn();
  },
  overflow() {
    const deeper = () => deeper() + 1;
    return deeper();
  },
  async exhaust() {
    // In small pieces: V8 gives up the whole process when one large allocation does not fit.
    const held = [];
    for (;;) {
      for (let i = 0; i < 1000; i++) held.push(new Array(100).fill(i + 0.5));
      await turn();
    }
  },
};

module.exports = { Interpreter, OPERATIONS: Object.keys(STEPS) };
