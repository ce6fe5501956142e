// The same module for `import`: one copy of everything, whichever way it is loaded.
import sqlite from './index.cjs';

export const { DatabaseSync, StatementSync, Session, constants, backup, Database, Statement } =
  sqlite;
export default sqlite;
