'use strict';
// Appends events to the file named in `THREADPROOF_EVENTS`, from any thread. One event is one line is
// one write() on a descriptor opened with O_APPEND: lines of different threads never mix, and what
// was written before a crash is in the file.

const fs = require('node:fs');

const VERSION = 1;
let opened = null;

function descriptor() {
  const file = process.env.THREADPROOF_EVENTS;
  if (!file) throw new Error('THREADPROOF_EVENTS is not set; see docs/protocol.md');
  if (opened?.file !== file) {
    const flags = fs.constants.O_WRONLY | fs.constants.O_APPEND;
    opened = { file, fd: fs.openSync(file, flags) };
  }
  return opened.fd;
}

/** Milliseconds since the epoch with a fraction; the same clock in every thread. */
const now = () => performance.timeOrigin + performance.now();

function emit(type, fields = {}) {
  const line = Buffer.from(`${JSON.stringify({ v: VERSION, at: now(), type, ...fields })}\n`);
  const written = fs.writeSync(descriptor(), line);
  // A second write could land behind another thread's line, so a short one is an error.
  if (written !== line.length) throw new Error(`event "${type}" was cut: is the disk full?`);
}

/** An error of any realm (runners have several) as `{ message, stack?, code? }`. */
function describeError(error) {
  if (error === null || typeof error !== 'object') return { message: String(error) };
  const { cause } = error;
  // node:test wraps what a test threw; the wrapped error is the one that a person needs.
  if (error.code === 'ERR_TEST_FAILURE' && cause !== null && typeof cause === 'object') {
    return describeError(cause);
  }
  const described = { message: String(error.message ?? error) };
  if (error.name && error.name !== 'Error')
    described.message = `${error.name}: ${described.message}`;
  if (typeof error.stack === 'string') described.stack = error.stack;
  if (error.code !== undefined) described.code = String(error.code);
  return described;
}

/**
 * The last word of the main thread's JavaScript. To be called once, by the reporter. Runners set the exit
 * code in `exit` listeners of their own (Jest does), so this listener stays behind all others.
 */
function emitProcessExit() {
  const last = () => {
    emit('phase', { phase: 'exit', thread: 0 });
    emit('process-exit', { code: Number(process.exitCode ?? 0) });
  };
  process.on('exit', last);
  process.on('newListener', (event, listener) => {
    if (event !== 'exit' || listener === last) return;
    queueMicrotask(() => {
      process.removeListener('exit', last);
      process.on('exit', last);
    });
  });
}

module.exports = { VERSION, describeError, emit, emitProcessExit };
