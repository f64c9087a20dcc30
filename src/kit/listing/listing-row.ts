import { defined } from '../defined.ts';
import { countSteps } from '../reader-steps.ts';

/** The part of a parsed node that is used. */
export interface MarkupNode {
  readonly parent: MarkupNode | null;
  readonly next: MarkupNode | null;
  readonly children?: readonly MarkupNode[];
  readonly name?: string;
  readonly data?: string;
}

const lists = new Set(['table', 'pre', 'ul', 'ol']);

/** The innermost list around a link and, in a table, its row; the whole page for a link outside any list. */
export function surroundings(link: MarkupNode): {
  list: MarkupNode;
  row?: MarkupNode;
  isLoose: boolean;
} {
  let row: MarkupNode | undefined;
  let page = link;
  for (let node = link.parent; node !== null; node = node.parent) {
    page = node;
    countSteps('listing', 1);
    if (node.name === 'tr') row ??= node;
    if (node.name === undefined || !lists.has(node.name)) continue;
    const isRow = node.name === 'table' && row !== undefined;
    return { list: node, isLoose: false, ...defined({ row: isRow ? row : undefined }) };
  }
  return { list: page, isLoose: true };
}

/** A row describes one file: no index has more cells or longer texts. */
const maxCells = 16;
const maxCellLength = 1024;
/** The text of a cell. */
interface Cell {
  node: MarkupNode;
  text: string;
}

/** Reads the text beside a link: the row's other cells, or the rest of its line. Each row is read once. */
export function createTextReader(): (link: MarkupNode, row: MarkupNode | undefined) => string[] {
  const known = new Map<MarkupNode, Cell[]>();
  return (link, row) => {
    if (row === undefined) return [link.next?.data?.split('\n', 1)[0] ?? ''];
    const cells = known.get(row) ?? readCells(row);
    known.set(row, cells);
    countSteps('listing', cells.length);
    return cells.filter(({ node }) => node !== link.parent).map(({ text }) => text);
  };
}

function readCells({ children = [] }: MarkupNode): Cell[] {
  countSteps('listing', children.length);
  const cells = children.filter((node) => node.name === 'td').slice(0, maxCells);
  return cells.map((node) => {
    const parts = node.children ?? [];
    countSteps('listing', parts.length);
    return {
      node,
      text: parts
        .map(({ data }) => data ?? '')
        .join('')
        .slice(0, maxCellLength),
    };
  });
}

const isoLike = /(\d{4})-(\d{2}|[A-Z][a-z]{2})-(\d{2})[ T]+(\d{2}):(\d{2})(?::(\d{2}))?Z?/;
const dayFirst = /(\d{2})-([A-Z][a-z]{2})-(\d{4})[ ]+(\d{2}):(\d{2})(?::(\d{2}))?/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Finds a date such as `2026-03-11 02:26`, `2026-Jun-18 23:57:54Z` or `30-Jun-2021 15:35` in a text. */
export function parseListingDate(text: string): Date | undefined {
  const iso = isoLike.exec(text);
  const [, year, month, day, hour, minute, second] = iso ?? reordered(dayFirst.exec(text)) ?? [];
  if (month === undefined) return undefined;
  const named = months.indexOf(month);
  const index = named < 0 ? Number(month) - 1 : named;
  const parts = [Number(year), index, Number(day), Number(hour), Number(minute)] as const;
  const date = new Date(Date.UTC(...parts, Number(second ?? 0)));
  const same = date.getUTCMonth() === index && date.getUTCDate() === parts[2];
  return same && date.getUTCHours() === parts[3] ? date : undefined;
}

/** An exact size in bytes in a text, apart from any date in it; a rounded size such as `324M` gives `undefined`. */
export function parseListingSize(text: string): number | undefined {
  const rest = text.replace(isoLike, '').replace(dayFirst, '').trim();
  const [, bytes] = /^(\d{1,15})(?: ?(?:B|bytes))?(?:\s{2,}|$)/.exec(rest) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}

function reordered(match: RegExpExecArray | null): (string | undefined)[] | undefined {
  if (match === null) return undefined;
  const [all, day, month, year, ...time] = match;
  return [all, year, month, day, ...time];
}
