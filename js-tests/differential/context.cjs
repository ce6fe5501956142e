'use strict';
// The state of one program: its slots, its callbacks, its trace, its temporary folder. A program gets a
// new one, and with it nothing of any program before.

const fs = require('node:fs');
const path = require('node:path');
const { build } = require('./values.cjs');
const { describe, nameOf } = require('./describe.cjs');

/** Callbacks run programs, and programs call callbacks: these bounds end every one of them. */
const BOUNDS = { ops: 500, trace: 300, depth: 3 };

const SLOTS = ['db', 'stmt', 'iter', 'session', 'store', 'bytes', 'promise', 'value'];

class Context {
  /** @param dir an empty folder, which is the working directory too */
  constructor(module, dir) {
    this.module = module;
    this.dir = dir;
    this.slots = Object.fromEntries(
      SLOTS.map((kind) => [kind, { at: new Map(), last: undefined }]),
    );
    this.labels = new Map();
    this.madeIds = new Map();
    this.seen = new Map();
    this.trace = [];
    this.coverage = {};
    this.calls = new Map();
    this.left = BOUNDS.ops;
    this.depth = 0;
    /** Set by the interpreter: callbacks run operations. */
    this.runOp = null;
  }

  // --- slots

  /** The object of a slot; while that is empty, the one that was kept last. */
  find({ kind, at }) {
    const slot = this.slots[kind];
    return slot.at.get(at) ?? slot.last;
  }

  /** Keeps what an operation gave. Nothing is ever let go, so that garbage collection decides nothing. */
  keep({ kind, at }, value) {
    const isObject = value !== null && typeof value === 'object';
    if (!isObject) return;
    const slot = this.slots[kind];
    slot.at.set(at, value);
    slot.last = value;
    if (!this.labels.has(value)) this.labels.set(value, `${kind}#${this.labels.size}`);
  }

  all(kind) {
    return [...this.labels]
      .filter(([, label]) => label.startsWith(`${kind}#`))
      .map(([value]) => value);
  }

  // --- what is described

  labelOf(value) {
    const label = this.labels.get(value) ?? this.madeIds.get(value);
    if (!label || label.startsWith('bytes#') || label.startsWith('value#')) return undefined;
    return `${label} ${nameOf(Object.getPrototypeOf(value))}`;
  }

  /** The number under which a container was described before, or null. */
  seenBefore(value) {
    const before = this.seen.get(value);
    if (before !== undefined) return before;
    this.seen.set(value, this.seen.size);
    return null;
  }

  /** Takes note of a value of the program's own, to recognise it when it comes back. */
  made(value) {
    const known = typeof value === 'object' && value !== null && !this.labels.has(value);
    if (known && !ArrayBuffer.isView(value)) this.madeIds.set(value, `made#${this.madeIds.size}`);
    return value;
  }

  mask(text) {
    return text.replaceAll(this.dir, '<tmp>');
  }

  describe(value) {
    try {
      return describe(value, this);
    } catch (error) {
      return ['not to be described', String(error?.message)];
    }
  }

  note(...entry) {
    if (this.trace.length < BOUNDS.trace) this.trace.push(entry);
  }

  takeTrace() {
    const { trace } = this;
    this.trace = [];
    return trace;
  }

  count(label, how) {
    const counts = (this.coverage[label] ??= [0, 0, 0]);
    counts[how] += 1;
  }

  // --- callbacks

  /** A function that tells of its calls, runs operations, and ends as it is told. */
  callback({ id, arity, ops, end }) {
    const ctx = this;
    const made = function (...args) {
      return ctx.called(id, this, args, ops, end);
    };
    Object.defineProperty(made, 'length', { value: arity });
    Object.defineProperty(made, 'name', { value: `f${id}` });
    return made;
  }

  called(id, receiver, args, ops, end) {
    const nth = this.calls.get(id) ?? 0;
    this.calls.set(id, nth + 1);
    const self = receiver === globalThis ? 'global' : this.describe(receiver);
    this.note('called', id, self, ...args.map((arg) => this.describe(arg)));
    if (this.depth < BOUNDS.depth) {
      this.depth += 1;
      try {
        for (const op of ops) this.runOp(op);
      } finally {
        this.depth -= 1;
      }
    }
    return this.end(end, args, nth);
  }

  end(end, args, nth) {
    if (typeof end === 'string') return ENDS[end](args, nth);
    if ('cycle' in end) return this.end(end.cycle[nth % end.cycle.length], args, nth);
    if ('throws' in end) throw build(end.throws, this);
    if ('promise' in end) return Promise.resolve(build(end.promise, this));
    if ('arg' in end) return args[end.arg];
    return build(end.returns, this);
  }

  // --- files

  path(name) {
    return name === '' ? this.dir : path.join(this.dir, name);
  }

  tearDown() {
    for (const db of this.all('db')) {
      try {
        db.close();
      } catch {
        // Closed already, or in use by a callback that never ended.
      }
    }
    for (const name of fs.readdirSync(this.dir)) {
      fs.rmSync(path.join(this.dir, name), { recursive: true, force: true });
    }
  }
}

const asNumber = (value) => (typeof value === 'string' ? value.length : Number(value ?? 0));

const ENDS = {
  sum: (args) =>
    args.length > 0 && args.every((arg) => typeof arg === 'bigint')
      ? BigInt.asIntN(
          64,
          args.reduce((sum, arg) => sum + arg, 0n),
        )
      : args.reduce((sum, arg) => sum + asNumber(arg), 0),
  join: (args) => args.map(String).join('|').slice(0, 200),
  count: (args, nth) => nth,
  list: ([list, ...rest]) => [...(Array.isArray(list) ? list : []), ...rest].slice(-20),
  args: (args) => args,
  self() {
    return ENDS.self;
  },
};

module.exports = { BOUNDS, Context };
