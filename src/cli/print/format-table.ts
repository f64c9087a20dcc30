import { escapeControls } from './format.ts';
import { wrapWords } from './wrap-text.ts';

export interface TableOptions {
  /** Columns, counted from 0, that hold numbers and are aligned to the right. */
  right?: readonly number[];
  /** What a line of the terminal holds; without it a line is as long as its cells. */
  columns?: number | undefined;
}

const gap = '  ';

/**
 * Rows of text as aligned columns, two spaces apart; what came from outside is escaped. Where a terminal is too narrow, text of
 * several words goes on below, in its own column. Where that is not enough, each row begins with a line for its first cell, so
 * that a name stays whole, and then each row becomes a list. No word is broken: it may have to be copied.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  { right = [], columns = Infinity }: TableOptions = {},
): string {
  const cells = rows.map((row) => row.map(escapeControls));
  const natural = measure(cells);
  if (natural.length === 2) return layOut(cells, narrowPair(natural, columns), right).join('\n');
  const widths = narrow(natural, cells, columns);
  if (lineLength(widths) <= columns || widths.length < 2)
    return layOut(cells, widths, right).join('\n');
  const rest = cells.map((row) => row.slice(1));
  const inner = columns - gap.length;
  const restWidths = narrow(measure(rest), rest, inner);
  if (lineLength(restWidths) > inner) return formatList(cells, columns);
  const shifted = right.map((column) => column - 1);
  return cells
    .flatMap(([first = ''], at) => {
      const below = layOut(rest.slice(at, at + 1), restWidths, shifted);
      return [first, ...below.map((line) => `${gap}${line}`)];
    })
    .join('\n');
}

/** The names of the columns stand before the cells of every row. */
function formatList(cells: readonly (readonly string[])[], columns: number): string {
  const [head = [], ...rows] = cells;
  return rows
    .flatMap(([first = '', ...others]) => {
      const pairs = others.map((cell, at) => [head[at + 1] ?? '', cell]);
      const lines = layOut(pairs, narrowPair(measure(pairs), columns - gap.length), []);
      return [first, ...lines.map((line) => `${gap}${line}`)];
    })
    .join('\n');
}

/** The first column keeps its width, the second gets what is left. */
function narrowPair([first = 0, second = 0]: readonly number[], columns: number): number[] {
  return [first, Math.min(second, Math.max(columns - first - gap.length, 10))];
}

function narrow(
  widths: readonly number[],
  cells: readonly (readonly string[])[],
  columns: number,
): number[] {
  const narrowed = [...widths];
  for (let over = lineLength(narrowed) - columns; over > 0; ) {
    // The column that has the most to give without breaking a word.
    const room = narrowed.map((width, column) => width - longestWord(cells, column));
    const most = room.indexOf(Math.max(...room));
    const taken = Math.min(room[most] ?? 0, over);
    if (taken <= 0) return narrowed;
    narrowed[most] = (narrowed[most] ?? 0) - taken;
    over -= taken;
  }
  return narrowed;
}

function layOut(
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  right: readonly number[],
): string[] {
  return cells.flatMap((row) => {
    const texts = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return cell.length <= width ? [cell] : wrapWords(cell, width);
    });
    const height = Math.max(1, ...texts.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) =>
      texts
        .map((lines, column) => {
          const width = widths[column] ?? 0;
          const text = lines[at] ?? '';
          return right.includes(column) ? text.padStart(width) : text.padEnd(width);
        })
        .join(gap)
        .trimEnd(),
    );
  });
}

function measure(cells: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...cells.map(({ length }) => length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
}

function lineLength(widths: readonly number[]): number {
  return (
    widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, widths.length - 1)
  );
}

function longestWord(cells: readonly (readonly string[])[], column: number): number {
  const words = cells.flatMap((row) => (row[column] ?? '').split(' '));
  return Math.max(0, ...words.map(({ length }) => length));
}
