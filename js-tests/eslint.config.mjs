// One configuration for all JavaScript of the repository: this folder and ../addon, which has no
// packages of its own. Run from here: `npm run lint`.
import path from 'node:path';
import js from '@eslint/js';
import globals from 'globals';

export default [
  {
    // ESLint ignores files above its base path, so the base is the repository.
    basePath: path.resolve(import.meta.dirname, '..'),
    ignores: ['**/node_modules/', 'target/'],
  },
  {
    basePath: path.resolve(import.meta.dirname, '..'),
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    ...js.configs.recommended,
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...js.configs.recommended.rules,
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'all' }],
      'no-promise-executor-return': 'error',
      'require-atomic-updates': 'off',
    },
    languageOptions: { globals: { ...globals.node } },
  },
  {
    basePath: path.resolve(import.meta.dirname, '..'),
    files: ['**/*.cjs', '**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    // Inlined in a page.
    basePath: path.resolve(import.meta.dirname, '..'),
    files: ['harness/src/report/html/*.js'],
    languageOptions: { sourceType: 'script', globals: globals.browser },
  },
  {
    basePath: path.resolve(import.meta.dirname, '..'),
    files: ['**/*.jest.cjs'],
    languageOptions: { globals: { describe: 'readonly', test: 'readonly' } },
  },
];
