'use strict';
// Looks at a module in a process of its own, for `threadproof init`: prints JSON with what it exports and which native binaries
// came with it. Called as `node inspect.cjs MODULE`.

const fs = require('node:fs');
const path = require('node:path');
const { mappedFiles } = require('./objects.cjs');

const [, , name] = process.argv;

/** What a binary registers itself by. */
function registration(file) {
  const bytes = fs.readFileSync(file);
  if (bytes.includes('napi_register_module_v1') || bytes.includes('napi_module_register'))
    return 'node-api';
  // Before Node-API: a symbol for each version of Node's modules, or a constructor, which works in one env only.
  if (bytes.includes('node_register_module_v')) return 'context-aware';
  if (bytes.includes('node_module_register')) return 'not-context-aware';
  return 'unknown';
}

const kindOf = (key, value) =>
  typeof value === 'function' && /^[A-Z]/.test(key) ? 'class' : typeof value;

const module_ = require(name);
const own = typeof module_ === 'function' ? [['(the module itself)', module_]] : [];
const exported = [...own, ...Object.entries(module_)].map(([key, value]) => ({
  name: key,
  kind: kindOf(key, value),
}));
const binaries = mappedFiles()
  .filter((file) => path.extname(file) === '.node')
  .map((file) => ({ file, registration: registration(file) }));
let manifest = {};
if (path.isAbsolute(name) && fs.statSync(name).isDirectory()) {
  manifest = JSON.parse(fs.readFileSync(path.join(name, 'package.json'), 'utf8'));
}
console.log(
  JSON.stringify({
    exports: exported,
    binaries,
    version: manifest.version ?? null,
    engines: manifest.engines?.node ?? null,
  }),
);
