'use strict';
// Numbers in shared memory that one thread of a program gives to another: what an addon's handles are.

class Handover {
  /** @param {string[]} names @param {SharedArrayBuffer} [memory] of the same numbers in another thread */
  constructor(names, memory) {
    this.names = names;
    this.memory = memory ?? new SharedArrayBuffer(8 * Math.max(1, names.length));
    this.numbers = new Float64Array(this.memory);
    if (memory === undefined) this.numbers.fill(NaN);
  }

  #slot(name) {
    const slot = this.names.indexOf(name);
    if (slot < 0) throw new Error(`the program gives no "${name}"`);
    return slot;
  }

  give(name, number) {
    if (typeof number !== 'number') {
      throw new TypeError(`"${name}" is given as a ${typeof number}, and must be a number`);
    }
    this.numbers[this.#slot(name)] = number;
  }

  /** What was given; a signal has to say when that is. */
  given(name) {
    const number = this.numbers[this.#slot(name)];
    if (Number.isNaN(number)) throw new Error(`"${name}" was not given yet`);
    return number;
  }
}

module.exports = { Handover };
