import { describeActivity } from './describe-activity.ts';
import { escapeControls } from './print/format.ts';
import { activityOf, type ProgressState, percentOf } from './progress-state.ts';

/** The state as one line of at most `columns` columns: the less room there is, the less it says. */
export function renderBar(state: ProgressState, columns: number): string {
  const activity = activityOf(state);
  if (activity === undefined) return cut(escapeControls(state.message), columns);
  const { label, percent, amount, rate, left, behind } = describeActivity(activity);
  const done = percentOf(activity);
  // Padded, so that nothing jumps about while the numbers grow.
  const name = label.padEnd(6);
  const part = percent?.padStart(5);
  const sum = amount.padStart(totalWidth(amount));
  const speed = rate?.padStart(11);
  const layouts = [
    [name, bar(done, 24), part, sum, speed, left, behind],
    [name, bar(done, 12), part, sum, speed, left, behind],
    [name, bar(done, 12), part, sum, left, behind],
    [name, bar(done, 12), part, sum],
    [name, part, sum],
    [name, part ?? sum],
  ].map((pieces) => pieces.filter((piece) => piece !== undefined).join('  '));
  return cut(layouts.find((line) => line.length <= columns) ?? layouts.at(-1) ?? '', columns);
}

/** Room for `1023.9 MiB`, the widest a count gets, and for the total behind it. */
function totalWidth(amount: string): number {
  const total = amount.indexOf(' of ');
  return 10 + (total < 0 ? 0 : amount.length - total);
}

function bar(percent: number | undefined, width: number): string | undefined {
  if (percent === undefined) return undefined;
  const full = Math.floor((percent * width) / 100);
  const head = full > 0 && full < width ? `${'='.repeat(full - 1)}>` : '='.repeat(full);
  return `[${head.padEnd(width)}]`;
}

/** Characters beyond U+10FF may take two columns; counting all of them so never overflows the line. */
function cut(line: string, columns: number): string {
  const room = Math.max(columns, 1);
  let used = 0;
  let kept = '';
  for (const character of line) {
    used += (character.codePointAt(0) ?? 0) > 0x10ff ? 2 : 1;
    if (used > room) return `${kept.slice(0, Math.max(0, kept.length - 3))}...`.slice(0, room);
    kept += character;
  }
  return kept;
}
