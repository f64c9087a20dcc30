import type { ProgressEvent } from '../contracts/progress.ts';
import { describeRetry } from './describe-retry.ts';
import type { TerminalStream } from './io.ts';
import { advance, type ProgressState } from './progress-state.ts';
import type { ProgressView } from './progress-view.ts';
import { renderBar } from './render-bar.ts';

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
