'use strict';
// Makes the garbage collector run and proves that it did: of an object that nobody holds the registry has
// to tell, within some turns of the event loop.

const v8 = require('node:v8');
const vm = require('node:vm');
const { setImmediate: turn } = require('node:timers/promises');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const TURNS = 200;

class Collector {
  #left = new Set();
  #registry = new FinalizationRegistry((name) => this.#left.delete(name));

  /** Expects that the object that `make` gives is collected by the next `collected()`. */
  watch(name, object) {
    this.#left.add(name);
    this.#registry.register(object, name);
    return object;
  }

  /** Collects until everything that is watched is gone, and a control object with it. */
  async collected() {
    this.watch('the control object', {});
    for (let count = 0; this.#left.size > 0; count += 1) {
      if (count === TURNS) throw new Error(`not collected: ${[...this.#left].join(', ')}`);
      gc();
      await turn();
    }
    // Finalizers of native objects may have been put off by one more turn.
    gc();
    await turn();
  }
}

module.exports = { Collector, gc };
