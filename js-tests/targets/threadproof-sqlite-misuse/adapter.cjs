'use strict';
// What JavaScript cannot do with @threadproof/sqlite: its native handles, as numbers, get to other threads. There every entry
// point is tried on them. The build with the feature `misuse` names the number of a handle, and makes a handle of any number.

const { BY_KIND } = require('../../../addon/test/entry-points.cjs');
const { AFFINITY, ARG_TYPE, openNative } = require('../../../addon/test/native.cjs');

const ENTRIES = Object.values(BY_KIND).flat();

/** The native half of this thread, and what it has of its own: the number of a handle, and what is behind it. */
let thread;

function load() {
  if (thread === undefined) {
    const { native, call } = openNative();
    if (!('misuseAdopt' in native)) throw new Error('this is no build with the feature "misuse"');
    thread = { call, own: new Map(), released: new Set() };
  }
  return thread;
}

/** Makes something with `n` in it, of each kind in turn. It must do. */
function must(entry, ...args) {
  const { value, failure } = load().call(entry, ...args);
  if (failure !== undefined) throw new Error(`${entry}: ${failure[1]}`);
  return value;
}

const open = () => must('dbOpen', ':memory:', 2, 0);

const KINDS = [
  {
    make: open,
    use: (token) => must('dbInTransaction', token),
    end: (token) => must('dbClose', token),
  },
  {
    make: (n) => must('dbPrepare', open(), `select ${n}`, 0),
    use: (token, n) => {
      const sql = must('stmtSql', token);
      if (sql !== `select ${n}`) throw new Error(`the statement is ${sql}`);
    },
    end: (token) => must('stmtFinalize', token),
  },
  {
    make: () => must('dbSession', open(), 'main', undefined),
    use: (token) => must('sessionChanges', token, 0),
    end: (token) => must('sessionClose', token),
  },
  {
    make: () => must('backupStart', open(), ':memory:', 'main', 'main'),
    use: () => {},
    end: (token) => must('backupFinish', token, 0),
  },
];

/** Tries all that there is on a handle of another thread. @throws what all of it said, and only if all of it refused */
function attack(number) {
  const { call } = load();
  const handle = must('misuseAdopt', BigInt(number));
  const kinds = new Set();
  for (const [entry, ...args] of ENTRIES) {
    const { failure } = call(entry, handle, ...args);
    const kind = failure?.[0];
    // No value comes back then, and so this is not taken for a refusal.
    if (kind !== AFFINITY && kind !== ARG_TYPE) return `${entry} took it`;
    kinds.add(kind);
  }
  if (kinds.size !== 1) return 'the entry points do not agree';
  // That of a thread which has ended is a number like any other.
  const code = kinds.has(AFFINITY) ? 'ERR_THREAD_AFFINITY' : 'ERR_INVALID_ARG_TYPE';
  throw Object.assign(new Error('every entry point refused it'), { code });
}

const surface = {
  acquire(n) {
    const kind = KINDS[n % KINDS.length];
    const token = kind.make(n);
    const number = Number(must('misuseExpose', token));
    load().own.set(number, { n, kind, token });
    return number;
  },
  read(number) {
    const { own, released } = load();
    if (released.has(number)) throw new Error('it was released');
    if (!own.has(number)) return attack(number);
    const { n, kind, token } = own.get(number);
    kind.use(token, n);
    return n;
  },
  release(number) {
    const { own, released } = load();
    if (released.has(number)) throw new Error('it was released');
    if (!own.has(number)) return attack(number);
    const { kind, token } = own.get(number);
    kind.end(token);
    own.delete(number);
    released.add(number);
    return undefined;
  },
};

module.exports = { load, generic: () => surface };
