/**
 * What is measured, and how many times as fast as its peers ours is to be. The only place for both.
 *
 * `units` is how many of `unit` one call handles: figures are given for one unit. `goals` are
 * ratios by contender. `mostCalls` bounds a sample. The queries of these ids stand in
 * addon/benches/fixture.sql.
 */

export const NODE = 'node:sqlite';
export const BETTER = 'better-sqlite3';

const goal = (node, better) => ({ [NODE]: node, [BETTER]: better });

const SHAPES = [
  ['ints', 'ints', goal(4, 2.2)],
  ['mixed', '5 mixed', goal(4, 3.5)],
  ['wide', '20 columns', goal(2.8, 1.7)],
  ['text', '1 KB text', goal(1.6, 1.3)],
];

const all = (shape, title, rows, goals) => ({
  id: `all-${shape}-${rows}`,
  title: `\`all()\` ${rows.toLocaleString('en')} rows, ${title}`,
  unit: 'row',
  units: rows,
  goals,
});

const call = (id, title, goals) => ({ id, title, unit: 'call', units: 1, goals });
const iterate = (shape, title) => ({
  id: `iterate-${shape}`,
  title: `\`iterate()\` 100 rows, ${title}`,
  unit: 'row',
  units: 100,
  goals: goal(4, 3.5),
});

export const OPERATIONS = [
  ...SHAPES.flatMap(([shape, title, goals]) => [
    all(shape, title, 100, goals),
    all(shape, title, 10_000, goals),
  ]),
  all('short', 'id and 2 texts', 100, {}),
  call('get-int', '`get()` by primary key, 1 int', goal(2.2, 1.9)),
  call('get-mixed', '`get()` by primary key, 5 mixed', goal(2.2, 1.9)),
  iterate('ints', 'ints'),
  iterate('mixed', '5 mixed'),
  call('run-insert', '`run()` insert inside a transaction', goal(1.7, 2.5)),
  call('run-update', '`run()` update inside a transaction', goal(1.4, 1.8)),
  // Statements live until a collection: of more, a sample would measure page faults.
  { ...call('prepare', '`prepare()`', goal(1.1, 1.2)), mostCalls: 250 },
  call('exec', "`exec('select 1')`", goal(1.1, 1.2)),
  { ...call('function', 'user function call', goal(1.1, 1.2)), units: 1000 },
  {
    ...call('aggregate', 'aggregate step', goal(1.1, 1.2)),
    unit: 'step',
    units: 1000,
  },
];

/** Phases of a fresh worker, in its CPU time. `most` is absolute, in milliseconds. */
export const STARTUP = [
  { id: 'worker-require', title: 'fresh worker: require', goals: {}, most: 1.5 },
  {
    id: 'worker-use',
    title: 'fresh worker: open + create + insert + query + close',
    goals: {},
  },
  { id: 'worker-total', title: 'fresh worker: all of it', goals: { [BETTER]: 3 } },
];

/** Workers on one file. No goals: the machine decides more than the library. */
export const WORKERS = [1, 2, 4, 8];
export const THROUGHPUT = ['readers', 'writers'].flatMap((role) =>
  WORKERS.map((workers) => ({
    id: `${role}-${workers}`,
    role,
    workers,
    title: `${workers} ${workers === 1 ? role.slice(0, -1) : role}`,
  })),
);

/**
 * What became of the goals of a row: `met`, `missed`, or `unknown` where ours or the peer could not
 * be measured; `null` for a row without goals. `ratioOf(peer)` and `ours` (in the unit of `most`)
 * are undefined where there is no figure.
 */
export function verdict({ goals, most }, ratioOf, ours) {
  const parts = Object.entries(goals).map(([peer, want]) => {
    const ratio = ratioOf(peer);
    if (ratio === undefined) return 'unknown';
    return ratio >= want ? 'met' : 'missed';
  });
  if (most !== undefined) {
    if (ours === undefined) parts.push('unknown');
    else parts.push(ours <= most ? 'met' : 'missed');
  }
  if (parts.length === 0) return null;
  return parts.includes('missed') ? 'missed' : parts.includes('unknown') ? 'unknown' : 'met';
}
