'use strict';

/** Virtual tables: `createModule(name, { columns, rows, directOnly, useBigIntArguments })`. */

const TYPES = ['INTEGER', 'TEXT', 'REAL', 'BLOB', 'ANY'];
const BIGINTS = 1;
const DIRECT_ONLY = 4;

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

module.exports = ({ native, settle, errors, checkObject, stillOpen, isObject, boolean }) => {
  const { argType, argValue } = errors;

  /** One definition of a column. */
  function checkColumn(column, at) {
    const where = `options.columns[${at}]`;
    if (!isObject(column)) throw argType(`The "${where}" argument must be an object.`);
    const { name, type } = column;
    if (typeof name !== 'string') throw argType(`The "${where}.name" argument must be a string.`);
    if (name === '' || name.includes('\0')) {
      throw argValue(`The "${where}.name" argument must not be empty or hold null bytes.`);
    }
    if (typeof type !== 'string') throw argType(`The "${where}.type" argument must be a string.`);
    if (!TYPES.includes(type)) {
      throw argValue(`The "${where}.type" argument must be one of ${TYPES.join(', ')}.`);
    }
    const { hidden = false } = column;
    if (typeof hidden !== 'boolean') {
      throw argType(`The "${where}.hidden" argument must be a boolean.`);
    }
    return { name, type, hidden };
  }

  function checkColumns(columns) {
    if (!Array.isArray(columns)) {
      throw argType('The "options.columns" argument must be an array.');
    }
    const checked = Array.from(columns, checkColumn);
    if (!checked.some(({ hidden }) => !hidden)) {
      throw argValue('The "options.columns" argument must have a column that is not hidden.');
    }
    return checked;
  }

  /** Functions for the native half, over scans that it numbers. */
  function scan(rows) {
    const scans = [];
    const drop = (slot) => {
      const iterator = scans[slot];
      scans[slot] = undefined;
      return iterator;
    };
    return [
      (slot, ...parameters) => {
        const made = rows(...parameters);
        if (!isObject(made) && typeof made !== 'string') {
          throw argType('The "options.rows" function must return an iterable.');
        }
        if (typeof made[Symbol.iterator] !== 'function') {
          throw argType('The "options.rows" function must return an iterable.');
        }
        const iterator = made[Symbol.iterator]();
        if (!isObject(iterator))
          throw new TypeError('Result of the Symbol.iterator method is not an object');
        scans[slot] = { iterator, next: iterator.next };
      },
      (slot) => {
        const { iterator, next } = scans[slot];
        let step;
        try {
          step = Reflect.apply(next, iterator, []);
          if (!isObject(step))
            throw new TypeError(`Iterator result ${String(step)} is not an object`);
          if (step.done) {
            drop(slot);
            // Asked for no more: an array without elements would still be a row.
            return undefined;
          }
        } catch (error) {
          // As in `for … of`: an iterator that threw is not asked to return.
          drop(slot);
          throw error;
        }
        const row = step.value;
        if (!Array.isArray(row)) {
          drop(slot);
          try {
            iterator.return?.();
          } catch {
            // The first error wins.
          }
          throw argType('Each row of a virtual table must be an array.');
        }
        return row;
      },
      (slot) => {
        drop(slot)?.iterator.return?.();
      },
    ];
  }

  return {
    create(conn, [name, options]) {
      if (typeof name !== 'string') throw argType('The "name" argument must be a string.');
      checkObject(options);
      const columns = checkColumns(options.columns);
      const { rows } = options;
      if (typeof rows !== 'function') {
        throw argType('The "options.rows" argument must be a function.');
      }
      let bits = boolean(options, 'directOnly') ? DIRECT_ONLY : 0;
      if (boolean(options, 'useBigIntArguments')) bits |= BIGINTS;
      const handle = stillOpen(conn);
      const declaration = columns
        .map(({ name, type, hidden }) => `${quoted(name)} ${type}${hidden ? ' HIDDEN' : ''}`)
        .join(', ');
      const functions = scan(rows);
      native.dbModule(
        handle,
        name,
        functions,
        `CREATE TABLE x(${declaration})`,
        columns.map(({ hidden }) => (hidden ? 'h' : '-')).join(''),
        bits,
      );
      settle();
      // Tables of a module that was replaced still use its functions.
      conn.modules ??= [];
      conn.modules.push(functions);
    },
  };
};
