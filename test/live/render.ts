import { escapeControls, formatBytes } from '../../src/cli/print/format.ts';
import { formatTable } from '../../src/cli/print/format-table.ts';
import { joinPlaces } from './compare.ts';
import type { Survey } from './survey.ts';

/** The two tables of a run: the changes, and the unreachable addresses. */
interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

/** For a terminal and for a log. */
export function renderText(survey: Survey): string {
  const tables = tablesOf(survey).map(
    ({ title, head, rows }) => `${title}\n${formatTable([head.map(upper), ...rows])}\n`,
  );
  return [...tables, summary(survey)].join('\n');
}

/** An issue holds 65,536 characters. */
const mostRows = 100;
const mostText = 200;

/** For an issue: a table of each kind, and the next steps. */
export function renderMarkdown(survey: Survey, day: string): string {
  const tables = tablesOf(survey).map(({ title, head, rows }) =>
    [
      `### ${title}`,
      '',
      `| ${head.join(' | ')} |`,
      `| ${head.map(() => '---').join(' | ')} |`,
      ...rows.slice(0, mostRows).map((row) => `| ${row.map(code).join(' | ')} |`),
      '',
      ...(rows.length > mostRows ? [`And ${rows.length - mostRows} more.`, ''] : []),
    ].join('\n'),
  );
  const intro = `The vendors were asked on ${day}. ${summary(survey)}\n`;
  return [intro, ...tables, `What to do is in docs/maintainers.md.\n`].join('\n');
}

function tablesOf({ changes, missed }: Survey): Table[] {
  const moved = changes.map(({ vendor, where, what, shipped, now }) => [
    ...[vendor, where, what, shipped, now],
  ]);
  const away = new Map<string, string[]>();
  for (const { vendor, where, message } of missed) {
    const key = JSON.stringify([vendor, message]);
    away.set(key, [...(away.get(key) ?? []), where]);
  }
  const silent = [...away].map(([key, places]) => {
    const [vendor, message]: string[] = JSON.parse(key);
    return [vendor ?? '', joinPlaces(places), message ?? ''];
  });
  return [
    { title: 'Moved', head: ['vendor', 'where', 'what', 'shipped', 'now'], rows: moved },
    { title: 'Not reached', head: ['vendor', 'where', 'why'], rows: silent },
  ].filter(({ rows }) => rows.length > 0);
}

function summary({ answers, changes, missed, images, documents, bytes }: Survey): string {
  const moved = changes.length === 0 ? 'nothing moved' : `${count(changes.length, 'fact')} moved`;
  const away = new Set(missed.map(({ vendor }) => vendor)).size;
  const silent = away === 0 ? '' : `, ${count(away, 'vendor')} not reached or not in full`;
  const read = `${count(documents, 'document')} (${formatBytes(bytes)}), no image byte`;
  return `${count(answers.length, 'vendor')}, ${count(images, 'image')}, ${read}: ${moved}${silent}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function upper(word: string): string {
  return word.toUpperCase();
}

/** Text from upstream, changed so that no part of it is markup, a link or a mention. */
function code(text: string): string {
  if (text === '') return '';
  const short = text.length > mostText ? `${text.slice(0, mostText)}…` : text;
  return `\`${escapeControls(short).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}
