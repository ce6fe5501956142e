'use strict';
// Starts worker threads for a test and gives their *end*. Nothing here settles on a message: what a
// worker said is looked at only together with the code that it exited with.

const path = require('node:path');
const { Worker, threadId } = require('node:worker_threads');
const { describeError, emit } = require('./events.cjs');

const MAIN = path.join(__dirname, 'worker-main.cjs');

/** Rejects with `message()` when `promise` has not settled within `limitMs`. */
function within(promise, limitMs, message) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message())), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class WorkerHandle {
  /**
   * @param {object} spec
   * @param {Function|string} spec.run what the worker runs: a function without free variables
   *   (its source is handed over), or the absolute path of a file that exports one
   * @param {string} spec.name for messages
   * @param {object} [spec.data] the worker's `data`, cloned
   * @param {number} spec.limitMs how long it may live
   * @param {object} [spec.options] further options of `new Worker`
   */
  constructor({ run, name, data, limitMs, onMessage, options = {} }) {
    this.name = name;
    this.limitMs = limitMs;
    this.messages = [];
    this.accounted = false;
    this.ended = false;
    this.phase = 'start-workers';
    const entry = typeof run === 'function' ? { source: String(run), name } : { file: run, name };
    emit('phase', { phase: 'start-workers', thread: threadId });
    this.worker = new Worker(MAIN, {
      ...options,
      workerData: { entry, data, limitMs, parent: threadId },
    });
    this.thread = this.worker.threadId;
    this.exited = new Promise((resolve) => {
      this.#collect(resolve, onMessage);
    });
  }

  #collect(resolve, onMessage) {
    let error = null;
    let value;
    this.worker.on('online', () => {
      if (this.phase === 'start-workers') this.#enter('run');
    });
    this.worker.on('message', (message) => {
      if (message?.kind === 'value') value = message.body;
      else {
        const body = message?.kind === 'message' ? message.body : message;
        this.messages.push(body);
        onMessage?.(body, this);
      }
    });
    this.worker.on('error', (thrown) => {
      error = thrown ?? new Error(`worker "${this.name}" threw ${String(thrown)}`);
    });
    this.worker.on('messageerror', (thrown) => {
      error ??= thrown;
    });
    this.worker.on('exit', (code) => {
      this.ended = true;
      emit('worker-exit', { thread: this.thread, code });
      resolve({ code, value, messages: this.messages, error });
    });
  }

  #enter(phase) {
    this.phase = phase;
    emit('phase', { phase, thread: this.thread });
  }

  post(message) {
    this.worker.postMessage(message);
  }

  /** Asks for the worker's end; `ends()` still has to be awaited. */
  terminate() {
    this.#enter('terminate');
    return this.worker.terminate();
  }

  /**
   * Waits for the worker's `exit`, whatever it said before, and asserts how it ended.
   * @param {object} [expected] `code` (0) and `error`: fields of the error that it must have
   *   thrown; without it the worker must not have thrown
   */
  async ends({ code = 0, error } = {}) {
    this.accounted = true;
    const end = await within(this.exited, this.limitMs, () => {
      const text = `worker "${this.name}" (thread ${this.thread}) still lives after ${this.limitMs} ms in phase ${this.phase}`;
      emit('note', { message: text });
      return text;
    });
    if (end.error && !error) throw this.#unexpected(end);
    if (end.code !== code) {
      throw new Error(`worker "${this.name}" exited with code ${end.code}, expected ${code}`);
    }
    if (error) {
      if (!end.error) throw new Error(`worker "${this.name}" threw nothing`);
      require('./check.cjs').errorLike(end.error, error, `worker "${this.name}"`);
    }
    return end;
  }

  #unexpected(end) {
    const { message, stack } = describeError(end.error);
    const text = `worker "${this.name}" threw and exited with code ${end.code}: ${message}`;
    const error = new Error(text);
    if (stack) error.stack = `Error: ${text}\n${stack}`;
    if (end.error.code !== undefined) error.code = end.error.code;
    return error;
  }
}

module.exports = { WorkerHandle, within };
