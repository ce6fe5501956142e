'use strict';
// What calls on wrong receivers came to: how many there were, how far they got, and which of them were accepted.

const { inspect } = require('node:util');

const MOST_SHOWN = 5;

/** Whether a function is one of native code: V8 prints no source for it. */
const isNative = (callable) =>
  /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(callable));

/** What V8 says when it refuses a receiver before it calls native code. */
const isRefusal = (error) => error instanceof TypeError && error.message === 'Illegal invocation';

class Tally {
  calls = 0;
  /** V8 refused the receiver: native code was not called. */
  refused = 0;
  /** A function of native code was called. */
  reached = 0;
  /** A function of JavaScript was called: whether it went on to native code cannot be seen. */
  unknown = 0;
  #accepted = [];

  /** Counts one call, and says how far it got. */
  count(callable, error) {
    this.calls++;
    if (!isNative(callable)) this.unknown++;
    else if (isRefusal(error)) this.refused++;
    else this.reached++;
  }

  /** Whether native code answered with a value, where only an error is right. */
  answered({ native, threw, value }) {
    return native && !threw && value !== undefined && !(value instanceof Promise);
  }

  /** Native code took a wrong object for one of its own. */
  accepted(what, value) {
    this.#accepted.push(`${what} gave ${inspect(value, { depth: 0, breakLength: Infinity })}`);
  }

  /** Something else that is wrong with how the target treats its objects. */
  wrong(what) {
    this.#accepted.push(what);
  }

  /** Throws when something was accepted, or when nothing was tried. */
  check(parts) {
    if (this.calls === 0) {
      throw new Error(`nothing was called: the target has nothing for ${parts.join(', ')}`);
    }
    if (this.reached + this.unknown === 0) {
      throw new Error(`V8 refused all ${this.calls} calls: native code was never reached`);
    }
    if (this.#accepted.length > 0) {
      const shown = this.#accepted.slice(0, MOST_SHOWN).join('\n  ');
      const more = this.#accepted.length - MOST_SHOWN;
      throw new Error(
        `wrong objects were accepted:\n  ${shown}${more > 0 ? `\n  and ${more} more` : ''}`,
      );
    }
  }

  toString() {
    return (
      `${this.calls} calls with wrong objects: ${this.reached} reached native code, ` +
      `${this.refused} were refused by V8 before it, ${this.unknown} went to functions of JavaScript`
    );
  }
}

/** Calls something, and counts it as a call of `callable`. */
function attempt(tally, callable, act) {
  const native = isNative(callable);
  try {
    const value = act();
    tally.count(callable);
    // Refused later is refused as well.
    if (value instanceof Promise) value.catch(() => {});
    return { native, threw: false, value };
  } catch (error) {
    tally.count(callable, error);
    return { native, threw: true, error };
  }
}

module.exports = { attempt, Tally };
