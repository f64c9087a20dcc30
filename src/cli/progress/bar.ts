import type { ProgressEvent } from '../../contracts/progress.ts';
import type { TerminalStream } from '../io.ts';
import { escapeControls } from '../print/format.ts';
import { describeActivity, describeRetry } from './describe.ts';
import { activityOf, advance, type ProgressState, percentOf } from './state.ts';
import type { ProgressView } from './view.ts';

const everyMs = 100;
const clearLine = '\r\u001b[K';

/**
 * One line at the bottom of a terminal, redrawn at most ten times a second and cleared at the end. The cursor stays
 * visible, so that nothing has to be restored when the program is stopped or suspended.
 */
export class ProgressBar implements ProgressView {
  readonly #stream: TerminalStream;
  #state: ProgressState = { message: '' };
  #drawn = '';
  #drawnAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  readonly #onExit = (): void => this.stop();

  constructor(stream: TerminalStream) {
    this.#stream = stream;
    process.on('exit', this.#onExit);
  }

  show(event: ProgressEvent): void {
    if (event.type === 'retry') this.print(describeRetry(event));
    this.#state = advance(this.#state, event);
    const wait = this.#drawnAt + everyMs - performance.now();
    if (wait <= 0) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), wait).unref();
  }

  print(line: string): void {
    const clear = this.#drawn === '' ? '' : clearLine;
    this.#stream.write(`${clear}${line}\n`);
    if (this.#drawn !== '') this.#stream.write(this.#drawn);
  }

  stop(): void {
    process.off('exit', this.#onExit);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#drawn !== '') this.#stream.write(clearLine);
    this.#drawn = '';
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = performance.now();
    // The last column stays free: a character there makes some terminals begin a new line. A size of 0 is no size.
    const line = renderBar(this.#state, (this.#stream.columns || 80) - 1);
    if (line === this.#drawn) return;
    this.#drawn = line;
    this.#stream.write(`\r${line}\u001b[K`);
  }
}

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
