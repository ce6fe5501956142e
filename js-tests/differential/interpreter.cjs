'use strict';
// Runs a program of operations on a module with the surface of node:sqlite and tells what came of each.
// The language is that of harness/src/differential/program.rs; `VERSION` is its version.

const diagnostics = require('node:diagnostics_channel');
const { Described, anatomy } = require('./describe.cjs');
const { build } = require('./values.cjs');
const { Context } = require('./context.cjs');
const { autopsy } = require('./autopsy.cjs');

const VERSION = 1;
const CHANNEL = 'sqlite.db.query';
const SKIP = Symbol('there is no such object');

const keyOf = (name) =>
  name === '@dispose' ? Symbol.dispose : name === '@iterator' ? Symbol.iterator : name;

/** The object of a slot, or the end of this operation. */
function need(ref, ctx) {
  const found = ctx.find(ref);
  if (found === undefined) throw SKIP;
  return found;
}

const list = (values, ctx) => values.map((value) => build(value, ctx));

function kept(ref, value, ctx) {
  if (ref !== null) ctx.keep(ref, value);
  return value;
}

/** A template's strings as the language makes them; some programs spoil them. */
function template(strings) {
  const cooked = [...strings];
  Object.defineProperty(cooked, 'raw', { value: Object.freeze([...strings]) });
  return Object.freeze(cooked);
}

/** What memory is used differs between two builds of one SQLite. */
function withoutMemory(method, args, result) {
  return method === 'stat' && args[0] === 'memused' && typeof result === 'number'
    ? `memory, ${result > 0 ? 'some' : 'none'}`
    : result;
}

const LEAVE = {
  breaks: () => true,
  throws: () => {
    throw new Error('left the loop');
  },
};

const COLLECT = {
  spread: (iter) => [...iter],
  toArray: (iter) => iter.toArray(),
  take: (iter) => iter.take(2).toArray(),
  map: (iter) => iter.map((row) => [row]).toArray(),
  from: (iter) => Array.from(iter),
  destructure: (iter) => {
    const [first, second] = iter;
    return [first, second];
  },
};

const OPS = {
  open: ({ keep, plain, args }, ctx) => {
    const { DatabaseSync } = ctx.module;
    const values = list(args, ctx);
    return kept(keep, plain ? DatabaseSync(...values) : new DatabaseSync(...values), ctx);
  },
  subclass: ({ keep, args }, ctx) => {
    class Sub extends ctx.module.DatabaseSync {
      extra = 1;
    }
    return kept(keep, new Sub(...list(args, ctx)), ctx);
  },
  construct: ({ on, args }, ctx) => {
    const Class = need(on, ctx).constructor;
    return new Class(...list(args, ctx));
  },
  call: ({ on, method, args, keep }, ctx) => {
    const receiver = need(on, ctx);
    const values = list(args, ctx);
    const result = receiver[keyOf(method)](...values);
    return kept(keep, withoutMemory(method, values, result), ctx);
  },
  // A method of the object's class, or an accessor of its own, on another receiver.
  borrow: ({ from, method, receiver, args }, ctx) => {
    const lender = need(from, ctx);
    const own = Object.getOwnPropertyDescriptor(lender, keyOf(method));
    const borrowed = own?.get ?? lender[keyOf(method)];
    return Reflect.apply(borrowed, build(receiver, ctx), list(args, ctx));
  },
  get: ({ on, name }, ctx) => need(on, ctx)[keyOf(name)],
  set: ({ on, name, value }, ctx) => {
    need(on, ctx)[name] = build(value, ctx);
  },
  delete: ({ on, name }, ctx) => delete need(on, ctx)[name],
  limit: ({ on, name, change }, ctx) => {
    const { limits } = need(on, ctx);
    if (change === 'delete') return [delete limits[name], Object.keys(limits)];
    if (change === 'keys') return [Object.entries(limits), name in limits];
    if (change !== 'read') limits[name] = build(change.set, ctx);
    return limits[name];
  },
  describe: ({ on }, ctx) => new Described(anatomy(need(on, ctx), ctx)),
  each: ({ on, most, ops, leave }, ctx) => {
    let count = 0;
    for (const row of need(on, ctx)) {
      ctx.note('row', ctx.describe(row));
      for (const op of ops) runOp(op, ctx);
      count += 1;
      if (count >= most && LEAVE[leave]()) break;
    }
    return count;
  },
  collect: ({ on, how }, ctx) => COLLECT[how](need(on, ctx)),
  tag: ({ on, method, strings, values, keep }, ctx) => {
    const result = need(on, ctx)[method](template(strings), ...list(values, ctx));
    return kept(keep, result, ctx);
  },
  backup: ({ args, keep }, ctx) => {
    const promise = ctx.module.backup(...list(args, ctx));
    // Looked at by `settle`, or by nobody.
    Promise.resolve(promise).catch(() => {});
    return kept(keep, promise, ctx);
  },
  settle: () => {
    throw SKIP; // Only at the top, where the interpreter waits.
  },
  collectGarbage: () => {
    globalThis.gc();
  },
  listen: ({ func }, ctx) => {
    const told = ctx.callback(func);
    const listener = (message) => {
      const { duration, ...rest } = message;
      return told({ ...rest, duration: typeof duration }, Object.getPrototypeOf(message) === null);
    };
    diagnostics.subscribe(CHANNEL, listener);
    (ctx.listeners ??= []).push(listener);
  },
  unlisten: (_, ctx) => {
    for (const listener of ctx.listeners ?? []) diagnostics.unsubscribe(CHANNEL, listener);
    ctx.listeners = [];
  },
  exports: (_, ctx) => [
    Object.keys(ctx.module).filter((name) => name !== 'default'),
    ...['DatabaseSync', 'StatementSync', 'Session', 'backup'].map((name) => [
      ctx.module[name].name,
      ctx.module[name].length,
      Reflect.ownKeys(ctx.module[name]).map(String),
    ]),
    ctx.module.constants,
  ],
};

const labelOf = (kind, op) => {
  const on = (op.on ?? op.from)?.kind;
  const name = op.method ?? op.name ?? op.how;
  return [kind, on, name].filter((part) => part !== undefined).join(' ');
};

const describing = (make, ctx) => {
  try {
    return { r: ctx.describe(make()) };
  } catch (error) {
    return error === SKIP ? { s: 1 } : { e: ctx.describe(error) };
  }
};

/** Runs one operation, and gives what came of it. Operations of callbacks tell it in the trace. */
function runOp(op, ctx) {
  const [kind] = Object.keys(op);
  const label = labelOf(kind, op[kind]);
  // Of the operations of callbacks only: how often those are called may differ where it is not told.
  if (ctx.depth > 0) {
    if (ctx.left <= 0) return { s: 1 };
    ctx.left -= 1;
  }
  const outcome = describing(() => OPS[kind](op[kind], ctx), ctx);
  ctx.count(label, 'r' in outcome ? 0 : 'e' in outcome ? 1 : 2);
  if (ctx.depth > 0) ctx.note('within', label, outcome);
  return outcome;
}

async function settle({ on }, ctx) {
  const promise = ctx.find(on);
  if (promise === undefined) return { s: 1 };
  const outcome = await promise.then(
    (value) => ({ r: ctx.describe(value) }),
    (error) => ({ e: ctx.describe(error) }),
  );
  ctx.count('settle promise', 'r' in outcome ? 0 : 1);
  return outcome;
}

/** Lets warnings and what was thrown in a subscriber arrive. */
const turn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * @param dir an empty folder, which must be the working directory: a program may name files as it likes.
 *   It is empty again afterwards.
 * @returns {Promise<{ outcomes: object[], coverage: object }>}
 */
async function run(program, module, dir) {
  if (program.version !== VERSION)
    throw new Error(`programs of version ${VERSION}, not ${program.version}`);
  const ctx = new Context(module, dir);
  ctx.runOp = (op) => runOp(op, ctx);
  const stray = (error) => ctx.note('uncaught', ctx.describe(error));
  const warned = (warning) => ctx.note('warning', String(warning));
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  process.on('warning', warned);
  const outcomes = [];
  try {
    for (const op of program.ops) {
      const outcome = 'settle' in op ? await settle(op.settle, ctx) : runOp(op, ctx);
      const trace = ctx.takeTrace();
      outcomes.push(trace.length > 0 ? { ...outcome, t: trace } : outcome);
    }
    await turn();
    OPS.unlisten({}, ctx);
    outcomes.push({ r: autopsy(ctx), t: ctx.takeTrace() });
  } finally {
    ctx.tearDown();
    process.off('uncaughtException', stray);
    process.off('unhandledRejection', stray);
    process.off('warning', warned);
  }
  return { outcomes, coverage: ctx.coverage };
}

module.exports = { VERSION, run };
