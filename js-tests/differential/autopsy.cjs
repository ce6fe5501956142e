'use strict';
// What a program left behind in each of its databases: a difference that no operation happened to look at
// is seen here.

const outcome = (make, ctx) => {
  try {
    return ctx.describe(make());
  } catch (error) {
    return ['threw', ctx.describe(error)];
  }
};

/** Row by row, as text, so that a value which one implementation cannot read is in no other's way. */
function contents(db, table) {
  const name = `"${table.replaceAll('"', '""')}"`;
  return db.prepare(`SELECT quote(rowid) AS id, * FROM ${name} ORDER BY 1 LIMIT 40`).all();
}

function autopsy(ctx) {
  return ctx.all('db').map((db) => {
    const isOpen = outcome(() => db.isOpen, ctx);
    if (isOpen !== true) return [isOpen];
    const inTransaction = outcome(() => db.isTransaction, ctx);
    const freed = outcome(() => db.setAuthorizer(null), ctx);
    const tables = outcome(
      () => db.prepare('SELECT type, name, sql FROM sqlite_schema').all(),
      ctx,
    );
    let names = [];
    try {
      names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 12").all();
    } catch {
      // Told by `tables`.
    }
    const rows = names.map((row) => outcome(() => contents(db, String(row.name ?? row[0])), ctx));
    return [isOpen, inTransaction, freed, tables, rows];
  });
}

module.exports = { autopsy };
