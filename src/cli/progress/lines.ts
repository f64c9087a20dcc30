import type { ProgressEvent } from '../../contracts/progress.ts';
import type { TerminalStream } from '../io.ts';
import { escapeControls, formatClock } from '../print/format.ts';
import { describeActivity, describeRetry } from './describe.ts';
import { type Activity, activityOf, advance, type ProgressState, percentOf } from './state.ts';
import type { ProgressView } from './view.ts';

/** Silence that is longer reads as a hang. */
const heartbeatMs = 10_000;

/** For logs and pipes: a line for each stage and each ten percent, and a sign of life where nothing else comes. */
export class ProgressLines implements ProgressView {
  readonly #stream: TerminalStream;
  #state: ProgressState = { message: '' };
  #tens = { label: '', count: 0 };
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  show(event: ProgressEvent): void {
    this.#state = advance(this.#state, event);
    switch (event.type) {
      case 'stage':
        this.print(escapeControls(event.message));
        break;
      case 'retry':
        this.print(describeRetry(event));
        break;
      case 'done': {
        const { origin, elapsedMs } = event;
        const ready = `ready after ${formatClock(elapsedMs / 1000)}`;
        this.print(origin === 'cache' ? `found in the cache in ${Math.ceil(elapsedMs)} ms` : ready);
        break;
      }
      case 'wait':
      case 'fetch':
      case 'decode':
        this.#count(event.type);
        break;
      case 'warning':
        break;
    }
  }

  print(line: string): void {
    this.#stream.write(`${line}\n`);
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#beat(), heartbeatMs).unref();
  }

  stop(): void {
    clearTimeout(this.#heartbeat);
  }

  #count(label: Activity['label']): void {
    const current = activityOf(this.#state);
    // Decoding has lines of its own only after the download; until then it is a word in those.
    if (label === 'decode' && current?.label === 'fetch') return;
    const counted = this.#state[label];
    const activity = current?.label === label ? current : counted && { label, ...counted };
    const percent = activity && percentOf(activity);
    if (activity === undefined || percent === undefined) return;
    const count = Math.floor(percent / 10);
    // Fewer than before: a new attempt.
    const last = this.#tens.label === label && this.#tens.count <= count ? this.#tens.count : 0;
    this.#tens = { label, count };
    if (count > last) this.print(describe(activity));
  }

  #beat(): void {
    const activity = activityOf(this.#state);
    const message = escapeControls(this.#state.message);
    this.print(activity === undefined ? `still ${message}` : describe(activity));
  }
}

function describe(activity: Activity): string {
  const { label, percent, amount, rate, left, behind } = describeActivity(activity);
  return [label, percent, amount, rate, left, behind]
    .filter((word) => word !== undefined)
    .join('  ');
}
