import type { DifferentialCase } from './differential-cases.ts';

/** One row: the answer of each peer, by its name. */
export interface Row {
  title: string;
  answers: Map<string, boolean>;
  why: string | undefined;
}

const start = '<!-- what follows is written by a test -->\n';

export function makeRow({ title, why }: DifferentialCase, answers: Map<string, boolean>): Row {
  return { title, answers, why };
}

/** The table, followed by the reasons for differences. */
function renderRows(rows: readonly Row[]): string {
  const peers = [...(rows[0]?.answers.keys() ?? [])];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const word = (answer: boolean | undefined): string => (answer === true ? 'accepts' : 'refuses');
  const table = rows.map(({ title, answers }) =>
    line([title, ...peers.map((peer) => word(answers.get(peer)))]),
  );
  const reasons = rows
    .filter(differs)
    .map(({ title, why }) => `**${title}**: ${why ?? 'not explained'}`);
  const head = [line(['case', ...peers]), line(['---', ...peers.map(() => '---')])];
  return `${[...head, ...table].join('\n')}\n\n## Why\n\n${reasons.join('\n\n')}\n`;
}

export function differs({ answers }: Row): boolean {
  return new Set(answers.values()).size > 1;
}

/** The page with its written part replaced. */
export function replaceRows(page: string, rows: readonly Row[]): string {
  return `${page.slice(0, page.indexOf(start) + start.length)}\n${renderRows(rows)}`;
}

/** The published answers: title, then peer, then `accepts` or `refuses`. */
export function readRows(page: string): Map<string, Map<string, string>> {
  const written = page.slice(page.indexOf(start));
  const cells = written
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
  const [head = [], , ...rows] = cells;
  return new Map(
    rows.map(([title = '', ...answers]) => [
      title,
      new Map(answers.map((answer, index) => [head[index + 1] ?? '', answer])),
    ]),
  );
}
