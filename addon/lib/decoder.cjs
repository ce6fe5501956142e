'use strict';

/** Decoders of rows as code, for shapes of which many rows are read. See `cell` in ../index.cjs. */

module.exports = ({ cells }) => {
  const NEEDS = Object.keys(cells);
  const VALUES = Object.values(cells);

  /** Source of a decoder for rows of this shape. */
  function source({ names, arrays, padded, stride }) {
    const value = (i) => {
      const tag = `U8[t+${i}]`;
      const slot = `s+${i}`;
      return (
        `(${tag}===1?I32[(${slot})<<1]:${tag}===2?F64[${slot}]` +
        `:${tag}===4?substring(SIDE[I32[(${slot})<<1]],U16[((${slot})<<2)+2],U16[((${slot})<<2)+3])` +
        `:${tag}===0?null:cell(t+${i},${slot}))`
      );
    };
    const row = arrays
      ? `return [${names.map((_, i) => value(i)).join(',')}];`
      : 'const o={...EMPTY,__proto__:null};' +
        names.map((name, i) => `o[${JSON.stringify(name)}]=${value(i)};`).join('') +
        'return o;';
    return (
      '"use strict";' +
      `function one(t){const s=(t+${padded})>>3;${row}}` +
      `function many(out,n){for(let i=0,t=ROWS_AT;i<n;i++,t+=${stride})out.push(one(t));}` +
      'return {one,many};'
    );
  }

  return {
    /** A decoder, or null where there can be none: then rows are decoded cell by cell. */
    compile(shape) {
      const code = source(shape);
      let factory;
      try {
        factory = new Function(...NEEDS, code);
      } catch {
        // --disallow-code-generation-from-strings: scripts may still be compiled.
        try {
          factory = require('node:vm').compileFunction(code, NEEDS);
        } catch {
          return null;
        }
      }
      return factory(...VALUES);
    },
  };
};
