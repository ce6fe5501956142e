'use strict';
// What a worker does with its target, step by step: transactions that are audited where the target is a database, else
// whatever of the generic surface it has. A wrong result throws.

const { Reader, Writer } = require('./ledger.cjs');

/** Steps on the generic surface, each by the capability that it needs. */
const STEPS = {
  'generic:resource': ({ make, use, dispose }) => {
    const one = make();
    const two = make();
    if (use(one) !== use(two)) throw new Error('two fresh objects differ');
    dispose(one);
    // The other one is left to whoever collects it.
  },
  'generic:call': ({ call }) => {
    const seven = call((n) => n + 1, 6);
    if (seven !== 7) throw new Error(`a call of 6 + 1 came to ${seven}`);
  },
  'generic:echo': ({ echo }) => {
    const text = echo('stress');
    if (text !== 'stress') throw new Error(`"stress" came back as ${text}`);
  },
  'generic:state': ({ set, get }) => {
    set(42);
    if (get() !== 42) throw new Error(`42 came back as ${get()}`);
  },
  'generic:bytes': ({ keep, sum }) => {
    keep(new Uint8Array([1, 2, 3]));
    if (sum() !== 6) throw new Error(`1 + 2 + 3 came to ${sum()}`);
  },
};

class Generic {
  constructor(adapter, supports) {
    const module = adapter.load();
    const surface = adapter.generic ? adapter.generic(module) : module;
    this.steps = Object.entries(STEPS)
      .filter(([capability]) => supports.has(capability))
      .map(
        ([, step]) =>
          () =>
            step(surface),
      );
    this.open = supports.has('generic:file') ? (dir) => surface.open(dir) : () => {};
  }

  step() {
    for (const step of this.steps) step();
  }

  /** More and more of whatever JavaScript has. */
  hoard() {
    const all = [];
    for (;;) {
      this.step();
      all.push(Array.from({ length: 1000 }, (_, n) => `a text of some length, number ${n}`));
    }
  }

  close() {}
}

/** The work of one life. */
function begin(adapter, supports, of) {
  if (of.dir !== null) return new (of.reader ? Reader : Writer)(adapter.open, of);
  const work = new Generic(adapter, supports);
  if (of.files) work.open(of.files);
  return work;
}

module.exports = { begin };
