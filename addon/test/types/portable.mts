/**
 * A program for node:sqlite as @types/node declares it. It compiles with node:sqlite and, with the
 * import changed and nothing else, with ours.
 */
import sqlite, {
  backup,
  constants,
  DatabaseSync,
  StatementSync,
  type AggregateOptions,
  type ApplyChangesetOptions,
  type BackupOptions,
  type BackupProgressInfo,
  type CreateSessionOptions,
  type DatabaseLimits,
  type DatabaseSyncOptions,
  type DeserializeOptions,
  type FunctionOptions,
  type PrepareOptions,
  type Session,
  type SQLInputValue,
  type SQLOutputValue,
  type SQLTagStore,
  type StatementColumnMetadata,
  type StatementResultingChanges,
} from 'node:sqlite';

const options: DatabaseSyncOptions = {
  open: true,
  readOnly: false,
  enableForeignKeyConstraints: undefined,
  timeout: 100,
  limits: { attach: 0, length: undefined },
};
using db = new DatabaseSync(new URL('file:///a.db'), options);
new DatabaseSync(Buffer.from(':memory:')).close();
const other: sqlite.DatabaseSync = new sqlite.DatabaseSync(':memory:');
if (!other.isOpen) other.open();

const prepare: PrepareOptions = { readBigInts: true, returnArrays: false };
const statement: StatementSync = db.prepare('select ? as a, $b as b', prepare);
interface Row {
  a: number;
  b: string | null;
}
const row = statement.get({ b: 'x' }, 1) as Row | undefined;
const rows = statement.all(
  1,
  'x',
  null,
  2n,
  new Uint8Array(3),
  Buffer.alloc(1),
) as unknown as Row[];
const untyped: Record<string, SQLOutputValue>[] = statement.all();
for (const { a } of statement.iterate({ $b: 1n })) {
  const value: SQLOutputValue | undefined = a;
  void value;
}
const iterator = statement.iterate();
const step = iterator.next();
if (!step.done) void step.value['a'];
iterator.return?.();
const { changes, lastInsertRowid }: StatementResultingChanges = statement.run(1);
const count = Number(changes) + Number(lastInsertRowid);
const columns: StatementColumnMetadata[] = statement.columns();
statement.setReadBigInts(true);
statement.setReturnArrays(true);
statement.setAllowBareNamedParameters(true);
statement.setAllowUnknownNamedParameters(true);
const texts: string[] = [statement.sourceSQL, statement.expandedSQL];

db.exec('begin');
db.function('plus', (a, b) => Number(a) + Number(b));
const deterministic: FunctionOptions = { deterministic: true, useBigIntArguments: true };
db.function('f', deterministic, (...args: SQLOutputValue[]) => args[0] ?? null);
db.function('blob', { varargs: true, directOnly: undefined }, () => new Uint8Array(1));
const aggregate: AggregateOptions<number> = {
  start: 0,
  step: (sum, value) => sum + Number(value),
  inverse: (sum, value) => sum - Number(value),
  result: (sum) => sum,
};
db.aggregate('total', aggregate);
db.aggregate<string>('joined', { start: () => '', step: (text, value) => `${text}${value}` });
db.aggregate('last', { start: null, step: (_, value) => value });
const key: string = db.location() ?? db.location('main') ?? ':memory:';

const recorded: CreateSessionOptions = { table: 't', db: 'main' };
const session: Session = db.createSession(recorded);
const changeset: Uint8Array<ArrayBuffer> = session.changeset();
const conflicts: ApplyChangesetOptions = {
  filter: (table) => table === 't',
  onConflict: (kind) =>
    kind === constants.SQLITE_CHANGESET_CONFLICT
      ? constants.SQLITE_CHANGESET_REPLACE
      : constants.SQLITE_CHANGESET_ABORT,
};
const applied: boolean = other.applyChangeset(changeset, conflicts);
session.patchset();
session.close();

let answer = constants.SQLITE_OK;
db.setAuthorizer((action, first, second, database, trigger) => {
  if (action === constants.SQLITE_READ && (first ?? second ?? database ?? trigger) === 'secret') {
    answer = constants.SQLITE_DENY;
  }
  return answer;
});
db.setAuthorizer(null);

const store: SQLTagStore = db.createTagStore(10);
const id = 1;
store.get`select * from t where id = ${id}`;
for (const one of store.iterate`select ${'a'}`) void one['a'];
store.all`select 1`.length + Number(store.run`select 1`.changes) + store.size + store.capacity;
store.clear();
store.db.close();

const limits: DatabaseLimits = db.limits;
limits.attach = Infinity;
const target: DeserializeOptions = { dbName: 'main' };
other.deserialize(db.serialize('main'), target);
other.enableDefensive(true);
other.enableLoadExtension(false);
other.loadExtension('./x.so', 'entry');

const progress = ({ totalPages, remainingPages }: BackupProgressInfo) =>
  console.log(totalPages - remainingPages);
const how: BackupOptions = { rate: 1, source: 'main', target: 'main', progress };
const pages: number = await backup(db, 'copy.db', how);

function keep(value: SQLInputValue): SQLInputValue {
  return value;
}
class Library extends DatabaseSync {
  constructor(path: string) {
    super(path, { returnArrays: true });
  }
  books(): unknown[] {
    return this.prepare('select * from book').all();
  }
}
export { applied, columns, count, keep, key, Library, pages, row, rows, texts, untyped };
