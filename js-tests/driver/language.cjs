'use strict';
// The operations that scenarios are written in. A program is data: a list of operations for each
// thread, so that it can be printed, stored and replayed. `interpreter.cjs` says what each one does.

const op = {
  /**
   * Starts the worker thread `thread` of the program; it runs its own list. It has the clone of what the slot
   * `given` holds in its own slot of that name, or null if that cannot be cloned; `by`: how it gets there
   * (`worker-data`, `message`, `port`, `broadcast`, `environment`).
   */
  spawn: (thread, options = {}) => ({ op: 'spawn', thread, ...options }),
  /**
   * Waits in the event loop for the end of a thread that this one started, and asserts it: `code` (0, or `any`), `error` (a
   * part of the name, code or message of what it threw), `withinMs` after the last request to end it.
   */
  exits: (thread, expected = {}) => ({ op: 'exits', thread, ...expected }),
  /** Asks for the end of a thread; `exits` with code 1 asserts it. */
  terminate: (thread) => ({ op: 'terminate', thread }),

  /** Says that `name` has happened, once more. */
  signal: (name) => ({ op: 'signal', name }),
  /** Waits for it inside of JavaScript: the event loop stands still, the isolate is entered. */
  wait: (name, count = 1) => ({ op: 'wait', name, count }),
  /** Waits for it in the event loop: the thread is idle. */
  idle: (name, count = 1) => ({ op: 'idle', name, count }),
  /** Waits by turns of the event loop until native code has written into the cell `name` (`value.cell`). */
  inside: (name) => ({ op: 'inside', name }),
  /** A turn of the event loop. */
  turn: () => ({ op: 'turn' }),
  /** Collects garbage until an object that nobody holds is seen to be gone. */
  gc: () => ({ op: 'gc' }),

  /**
   * Loads the target; `again` initialises it once more: `require-cache`, `dlopen`, `hard-link`, `copy`, `vm`.
   * `during` is done in the middle of that, when the target sets its first export.
   */
  load: ({ as = 'target', again, during, throws } = {}) => ({
    op: 'load',
    as,
    again,
    throws,
    ...(during && { then: during }),
  }),
  /** A connection of this thread to the database file of the program, by `open` of the adapter. */
  database: (as) => ({ op: 'database', as }),
  /**
   * Calls a function of the target. Values: JSON, or one of `value`. `as` keeps the result in a slot of this
   * thread. Expectations: `equals`, `type` (typeof), `throws` (true, or a part of the error's
   * name, code or message), `may` (any outcome, as long as the process lives), `mayThrow` (an error, or else what
   * the others say). Without any it must not throw.
   */
  call: (name, args = [], rest = {}) => ({ op: 'call', name, args, ...rest }),
  /** Calls a method of what a slot holds. */
  method: (slot, name, args = [], rest = {}) => ({ op: 'method', slot, name, args, ...rest }),
  /** Reads a property of what a slot holds. */
  get: (slot, name, rest = {}) => ({ op: 'get', slot, name, ...rest }),
  /** Makes an instance of a class of the target. */
  make: (name, args = [], rest = {}) => ({ op: 'make', name, args, ...rest }),
  /** Applies a function found by its path in the target (`Counter.prototype.add`; `get:` and `set:` before the
   * last part for accessors) to a receiver, which is a value. */
  apply: (path, receiver, args = [], rest = {}) => ({ op: 'apply', path, receiver, args, ...rest }),
  /**
   * Waits for the promise in a slot, with the expectations of `call`. `awaits` is a signal for others that this thread
   * waits for it now, in its event loop.
   */
  settle: (slot, rest = {}) => ({ op: 'settle', slot, ...rest }),
  /** Does `then` this often, one after the other. */
  repeat: (times, then) => ({ op: 'repeat', times, then }),

  /** Forgets what a slot holds. */
  drop: (slot) => ({ op: 'drop', slot }),
  /** Keeps a value in a slot. */
  keep: (slot, of) => ({ op: 'keep', slot, of }),
  /** Asserts that the object in a slot is an instance of the target's class. */
  instance: (slot, name, of = 'target') => ({ op: 'instance', slot, name, of }),
  /** Asserts that the object in a slot belongs to this thread: it inherits from this thread's `Object`. */
  local: (slot) => ({ op: 'local', slot }),
  /** Asserts that two slots hold one and the same object. */
  same: (slot, other) => ({ op: 'same', slot, other }),
  /** Asserts the value of a slot. */
  equals: (slot, expected) => ({ op: 'equals', slot, expected }),
  /** Gives a number to the other threads, which have it as `value.given` after a signal. */
  give: (name, of) => ({ op: 'give', name, of }),
  /** Records a value under a label; at the end all that was recorded under one label must be equal. */
  record: (label, of) => ({ op: 'record', label, of }),
  /** Records the names and types of all that the target exports. */
  exports: (label, of = 'target') => ({ op: 'exports', label, of }),
  /** The structured clone of a slot, into another; an error to clone is an answer too: null is kept. */
  clone: (slot, as) => ({ op: 'clone', slot, as }),
  /** Takes the memory away from the buffer of a view or from a buffer; `as` keeps the buffer that has it then. */
  detach: (slot, { as } = {}) => ({ op: 'detach', slot, as }),
  /** Gives a resizable buffer another length. */
  resize: (slot, length) => ({ op: 'resize', slot, length }),
  /** Sets all bytes of a buffer. */
  fill: (slot, byte) => ({ op: 'fill', slot, byte }),
  /**
   * Calls what the target has on everything that it is not made for, and counts the calls. `parts`: `receivers`
   * (methods and accessors), `constructions`, `arguments` (functions that take an object of the target); all by default.
   */
  receivers: (parts) => ({ op: 'receivers', parts }),
  /** Says whether the target's binary has left the process. A note, not an assertion: some never leave it. */
  unloaded: () => ({ op: 'unloaded' }),
  /** Limits a resource of the process from now on, to `extra` above what is used: `descriptors`, `memory`, `threads`. */
  limit: (resource, extra) => ({ op: 'limit', resource, extra }),
  /** Takes that limit back. */
  unlimit: (resource) => ({ op: 'unlimit', resource }),
  /** Asserts what the thread's folder holds, as sorted names; those of `except` may be there. */
  files: (expected, { except = [] } = {}) => ({ op: 'files', expected, except }),
  /** Counts a resource of the process into a slot: `descriptors`, `threads`. */
  count: (resource, as) => ({ op: 'count', resource, as }),
  /** Asserts that there are at most `most` more of it than a slot says. */
  grown: (resource, since, most) => ({ op: 'grown', resource, since, most }),
  /** Drops the slot and asserts that the garbage collector takes the object that it held. */
  collected: (slot) => ({ op: 'collected', slot }),

  /** Ends the process (main) or the thread (worker) with a code. */
  exit: (code) => ({ op: 'exit', code }),
  /** Throws an error that nobody catches. */
  fail: (message) => ({ op: 'fail', message }),
  /** Throws an error as the first function of a stack, so that it is an uncaught exception. */
  uncaught: (message) => ({ op: 'uncaught', message }),
  /** Throws a value, which need not be an error. */
  raise: (of) => ({ op: 'raise', of }),
  /** Rejects a promise that nobody handles. */
  reject: (message) => ({ op: 'reject', message }),
  /** Calls itself until the stack is used up, and throws what comes of that. */
  overflow: () => ({ op: 'overflow' }),
  /** Uses up the memory that the thread may have. */
  exhaust: () => ({ op: 'exhaust' }),
};

/**
 * An operation with `ends: true` ends its thread by the error that comes of it: no failure of the program, and others need
 * not wait in vain.
 */

/** Values of arguments that JSON does not have. */
const value = {
  slot: (name) => ({ $: 'slot', name }),
  /**
   * A function that does `then` (operations that need no event loop) and returns `returns`; with `once` it does so at its
   * first call alone. It counts its calls into the signal `calls`, where one is named.
   */
  fn: (then = [], { returns, calls, once } = {}) => ({ $: 'fn', then, returns, calls, once }),
  /** A view of so many bytes, each of this value; `kind` is ArrayBuffer, SharedArrayBuffer or resizable. */
  bytes: (length, fill = 1, kind = 'ArrayBuffer') => ({ $: 'bytes', length, fill, kind }),
  bigint: (text) => ({ $: 'bigint', text: String(text) }),
  undefined: () => ({ $: 'undefined' }),
  /** Text by its UTF-16 code units, so that NUL and lone surrogates survive. */
  text: (...units) => ({ $: 'text', units }),
  /** A number that JSON cannot say: `-0`, `NaN`, `Infinity`. */
  number: (text) => ({ $: 'number', text: String(text) }),
  /** The number in a slot, and so much more. */
  plus: (name, by) => ({ $: 'plus', name, by }),
  /** `{}`; the prototype of a class; a proxy of a slot. */
  object: () => ({ $: 'object' }),
  prototype: (name) => ({ $: 'prototype', name }),
  proxy: (name) => ({ $: 'proxy', name }),
  /** An Int32Array of one element that all threads see. Native code stores 1 in it (`inside`): it wakes nobody. */
  cell: (name) => ({ $: 'cell', name }),
  /** The number that another thread gave. */
  given: (name) => ({ $: 'given', name }),
  /** The folder of the program, for files. */
  dir: () => ({ $: 'dir' }),
};

/** Every operation of a list, those of callbacks and repetitions included. */
function* everyOperation(list) {
  for (const one of list) {
    yield one;
    if (one.then) yield* everyOperation(one.then);
    for (const arg of [...(one.args ?? []), one.receiver, one.of]) {
      if (arg?.$ === 'fn') yield* everyOperation(arg.then);
    }
  }
}

function complain(what) {
  throw new TypeError(`a scenario ${what}`);
}

/** What is taken must be given by somebody. */
function checkGiven({ name, threads }) {
  const all = Object.values(threads).flatMap((list) => [...everyOperation(list)]);
  const given = new Set(all.filter((one) => one.op === 'give').map((one) => one.name));
  for (const one of all) {
    for (const used of [...(one.args ?? []), one.receiver, one.of, one.equals, one.expected]) {
      if (used?.$ === 'given' && !given.has(used.name)) {
        complain(`takes "${used.name}", which nobody gives: ${name}`);
      }
    }
  }
}

function checkCase({ name, threads }) {
  if (typeof name !== 'string' || name === '') complain('has a case without a name');
  if (!Array.isArray(threads?.main)) complain(`has a case without a thread "main": ${name}`);
  const spawned = new Set();
  const heard = new Set();
  const said = new Set();
  for (const list of Object.values(threads)) {
    for (const one of everyOperation(list)) {
      if (!Object.hasOwn(op, one.op)) complain(`has an operation that does not exist: ${one.op}`);
      if (one.op === 'spawn') spawned.add(one.thread);
      if (one.op === 'signal') said.add(one.name);
      if (one.awaits !== undefined) said.add(one.awaits);
      if (['wait', 'idle', 'inside'].includes(one.op)) heard.add(one.name);
      for (const arg of one.args ?? []) {
        if (arg?.calls) said.add(arg.calls);
        if (arg?.$ === 'cell') said.add(arg.name);
      }
    }
  }
  for (const thread of spawned) {
    if (!Array.isArray(threads[thread])) complain(`spawns "${thread}", which has no list: ${name}`);
  }
  for (const thread of Object.keys(threads)) {
    if (thread !== 'main' && !spawned.has(thread)) complain(`never spawns "${thread}": ${name}`);
  }
  for (const signal of heard) {
    if (!said.has(signal)) complain(`waits for "${signal}", which nobody signals: ${name}`);
  }
}

/**
 * A scenario: the programs that show whether a target keeps a rule. Its id, `<family>/<name>` by its place, is that
 * of the rule. `needs` are capabilities of the target (`generic:…`). `ends` of a case says how the process itself must
 * end (`{ code: 7 }`); the case then runs in a process of its own.
 */
function scenario({ summary, needs = [], cases }) {
  if (typeof summary !== 'string') complain('has no summary');
  if (!Array.isArray(cases) || cases.length === 0) complain('has no cases');
  cases.forEach(checkCase);
  cases.forEach(checkGiven);
  const names = cases.map((one) => one.name);
  if (new Set(names).size < names.length) complain(`has two cases of one name: ${names}`);
  return { summary, needs: needs.map((need) => `generic:${need}`), cases };
}

module.exports = { everyOperation, op, scenario, value };
