/** The report as Markdown. */

import { OURS, PEERS } from './contenders.mjs';
import { BETTER, NODE } from './goals.mjs';

const WORDS = { met: 'met', missed: '**missed**', unknown: 'n/a', null: '' };

const times = (value) => value.toFixed(value < 10 ? 2 : 1);
const amount = (value) =>
  value >= 10 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);
const interval = ({ median, low, high }, format) =>
  `${format(median)} [${format(low)}, ${format(high)}]`;

/** Reasons are numbered and listed below the table. */
function notes() {
  const numbers = new Map();
  return {
    of({ reason }) {
      if (!numbers.has(reason)) numbers.set(reason, numbers.size + 1);
      return `n/a (${numbers.get(reason)})`;
    },
    lines: () => [...numbers].map(([reason, number]) => `${number}. ${reason}`),
  };
}

const line = (cells) => `| ${cells.join(' | ')} |`;
const rule = (cells) => `|${cells.map(() => '---').join('|')}|`;
const heading = (cells) => [line(cells), rule(cells)];

/** `2.2 / 1.9`: against node:sqlite, against better-sqlite3. */
function goal({ goals, most }) {
  if (most !== undefined) return `≤ ${most} ms`;
  if (Object.keys(goals).length === 0) return '';
  return [NODE, BETTER].map((peer) => goals[peer] ?? '–').join(' / ');
}

function timings(rows, note) {
  const raw = rows.some((row) => row.raw);
  const head = ['operation', 'ours, CPU', ...PEERS.map((peer) => `× ${peer}`), 'goal', ''];
  if (raw) head.splice(2, 0, '× raw SQLite', 'overhead');
  return [
    ...heading(head),
    ...rows.map((row) => {
      const ours = row.contenders[OURS];
      const cells = [
        row.title,
        ours.cpu ? `${amount(ours.cpu.median)} ${row.unit}` : note.of(ours),
      ];
      if (raw) {
        const { ratio, overhead } = row.raw ?? {};
        cells.push(ratio ? times(ratio) : '', ratio ? `${amount(overhead)} ${row.unit}` : '');
      }
      for (const peer of PEERS) {
        const { ratio, reason, cpu } = row.contenders[peer];
        if (ratio) cells.push(interval(ratio.cpu, times));
        else if (reason) cells.push(note.of({ reason }));
        else cells.push(`(${amount(cpu.median)} ${row.unit})`);
      }
      return line([...cells, goal(row), WORDS[row.verdict]]);
    }),
  ];
}

function throughputs(rows, note) {
  return [
    ...heading(['workers on one file', 'ours, calls/s', ...PEERS.map((peer) => `× ${peer}`)]),
    ...rows.map(({ title, contenders }) => {
      const ours = contenders[OURS];
      const cells = PEERS.map((peer) => {
        const { ratio, reason, rate } = contenders[peer];
        if (ratio) return interval(ratio, times);
        return reason ? note.of({ reason }) : `(${amount(rate.median)})`;
      });
      return line([title, ours.rate ? amount(ours.rate.median) : note.of(ours), ...cells]);
    }),
  ];
}

function contender([name, { version, sqlite, reason }]) {
  return reason ? `${name}: n/a, ${reason}` : `${name} ${version} (SQLite ${sqlite})`;
}

/** The whole report. Figures are of one row, call or step; in brackets, 95 % intervals. */
export function markdown(report) {
  const { machine, node, rounds, seed, clock } = report;
  const note = notes();
  const parts = [
    [
      `Node ${node}, ${machine.cpus} cores (${machine.model}), ${rounds} rounds, seed ${seed}.`,
      `CPU time of the JavaScript thread by ${clock ?? 'none'}.`,
    ],
    Object.entries(report.contenders).map((entry) => `* ${contender(entry)}`),
  ];
  if (report.timings.length > 0) parts.push(timings(report.timings, note));
  if (report.throughput.length > 0) parts.push(throughputs(report.throughput, note));
  parts.push(note.lines());
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
