// The rules of js-tests/, which holds the tools.
export { default } from '../js-tests/eslint.config.mjs';
