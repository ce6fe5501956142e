'use strict';
// What `fuzz` needs of JavaScript besides the driver: what errors say, how values reach threads, how threads may end.

const assert = require('node:assert');
const path = require('node:path');
const { describe, it } = require('node:test');
const { runProgram } = require('../driver/program.cjs');
const { op, value } = require('../driver/language.cjs');
const { plainError } = require('../fuzz/plain.cjs');

/** Of programs that load nothing: the adapter is never asked. */
const spec = {
  adapterPath: path.join(__dirname, '../lib/sqlite-generic.cjs'),
  limitMs: 10_000,
  tell: () => {},
};
const run = (threads) => runProgram({ threads }, spec);

describe('an error of a program', () => {
  it('is told without its place', () => {
    const error = new Error('main, operation 3 (call use): Error threw nothing, and gave 42');
    assert.strictEqual(plainError(error).message, 'call use: Error threw nothing, and gave 42');
  });

  it('is told by its innermost place', () => {
    const text = 'main, operation 1 (exits a): Error "a" threw a, operation 0 (call echo): no';
    assert.strictEqual(plainError(new Error(text)).message, 'call echo: no');
  });

  it('is told with the first entry of a list', () => {
    const error = new Error('main, operation 1 (receivers ): accepted:\n  Counter.add\n  other');
    assert.strictEqual(plainError(error).message, 'receivers : accepted: Counter.add');
  });
});

describe('a thread is given', () => {
  for (const by of ['worker-data', 'message', 'port', 'broadcast', 'environment']) {
    const given = (kept, expected) =>
      run({
        main: [op.keep('it', kept), op.spawn('a', { given: 'it', by }), op.exits('a')],
        a: [op.equals('given', expected)],
      });

    it(`a clone, by ${by}`, () => given(value.bytes(3, 7), value.bytes(3, 7)));

    it(`null for what cannot be cloned, by ${by}`, () => given(value.fn(), null));

    it(`what it asserts, by ${by}`, () =>
      assert.rejects(given(value.bytes(3, 7), value.bytes(3, 8)), /operation 0 \(equals given\)/));
  }
});

describe('a thread that ends by an error on purpose', () => {
  const others = {
    main: [
      op.spawn('b'),
      op.spawn('a'),
      op.exits('a', { code: 1, error: 'on purpose' }),
      op.signal('go'),
      op.exits('b'),
    ],
    b: [op.wait('go')],
  };

  it('lets the others go on', () =>
    run({ ...others, a: [{ ...op.fail('on purpose'), ends: true }] }));

  it('does not when that was not said', () =>
    assert.rejects(
      run({ ...others, a: [op.fail('on purpose')] }),
      /on purpose|will not be signalled/,
    ));
});

describe('a thread that is ended at any time', () => {
  it('may have ended by itself', () =>
    run({ main: [op.spawn('a'), op.exits('a', { code: 'any' })], a: [] }));

  it('may have been ended', () =>
    run({
      main: [op.spawn('a'), op.terminate('a'), op.exits('a', { code: 'any' })],
      a: [op.wait('never'), op.signal('never')],
    }));
});
