'use strict';

/**
 * Backups: steps in the thread pool, driven from here.
 *
 * A step that finds the source or the destination locked is tried again, later each time, for as
 * long as nobody would wait longer: `PATIENCE` without any progress, or the busy timeout of the
 * source where that is more.
 */

const { setTimeout } = require('node:timers');

const MORE = 0;
const DONE = 1;
const LOCKED = 2;
const HELD = 3;

/** Milliseconds. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 100;
const PATIENCE = 5000;

module.exports = ({
  native,
  settle,
  uncurry,
  handleIn,
  errors,
  checkObject,
  isInt32,
  checkPath,
  isObject,
  Database,
}) => {
  const { argType, failure, outOfRange, sqliteError } = errors;
  const invoke = uncurry(Function.prototype.call);

  /** The options, read in Node's order. */
  function checkOptions(args) {
    if (args.length < 3) return { rate: 100, source: 'main', target: 'main', progress: undefined };
    const options = args[2];
    checkObject(options);
    const { rate = 100 } = options;
    if (!isInt32(rate)) {
      throw argType('The "options.rate" argument must be an integer.');
    }
    if (rate <= 0) throw outOfRange('The "options.rate" argument must be a positive integer.');
    const text = (name) => {
      const value = options[name];
      if (value !== undefined && typeof value !== 'string') {
        throw argType(`The "options.${name}" argument must be a string.`);
      }
      return value ?? 'main';
    };
    const source = text('source');
    const target = text('target');
    const { progress } = options;
    if (progress !== undefined && typeof progress !== 'function') {
      throw argType('The "options.progress" argument must be a function.');
    }
    return { rate, source, target, progress };
  }

  function checkSource(database, args) {
    if (!isObject(database)) throw argType('The "sourceDb" argument must be an object.');
    if (Database.isDatabase(database)) return Database.live(database);
    checkPath(args[1]);
    throw argType('The "sourceDb" argument must be a DatabaseSync.');
  }

  function run(conn, token, { rate, progress }, resolve, reject) {
    const patience = Math.max(PATIENCE, conn.options.timeout);
    let pause = FIRST_PAUSE;
    let waitingSince;

    const end = (whole, settlement, value) => {
      native.backupFinish(handleIn(token), whole ? 1 : 0);
      settlement(value);
    };
    const step = () => {
      try {
        native.backupStep(handleIn(token), rate, done);
        settle();
      } catch (error) {
        end(false, reject, error);
      }
    };
    const again = () => {
      const now = performance.now();
      waitingSince ??= now;
      if (now - waitingSince >= patience) {
        end(false, reject, sqliteError(5, 'database is locked', 'database is locked'));
        return;
      }
      setTimeout(step, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    /** Called with what a step gave, on a turn of its own. */
    function done(status, remainingPages, totalPages, problem) {
      switch (status) {
        case DONE:
          end(true, resolve, totalPages);
          return;
        case LOCKED:
          again();
          return;
        case HELD:
          // The connection was in use when the pool came to it.
          step();
          return;
        case MORE:
          break;
        default:
          end(false, reject, failure(problem));
          return;
      }
      pause = FIRST_PAUSE;
      waitingSince = undefined;
      if (progress !== undefined) {
        try {
          invoke(progress, null, { totalPages, remainingPages });
        } catch (error) {
          end(false, reject, error);
          return;
        }
      }
      step();
    }
    step();
  }

  return {
    /** `backup(sourceDb, path, options?)` */
    start(database, args) {
      const conn = checkSource(database, args);
      const path = checkPath(args[1]);
      const options = checkOptions(args);
      Database.live(database);
      return new Promise((resolve, reject) => {
        const token = native.backupStart(conn.handle, path, options.source, options.target);
        settle();
        run(conn, token, options, resolve, reject);
      });
    },
  };
};
