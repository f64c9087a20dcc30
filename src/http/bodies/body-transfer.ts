import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Hop } from '../addresses/rules.ts';
import { type AskContext, ask, type Question } from '../ask.ts';
import { Attempts, TransientFailure } from '../retry.ts';
import { atPlace, isLasting, statusFailure } from '../status-failure.ts';
import type { Answer } from '../wire/answer.ts';
import { cannotContinue, describeFailure } from './body-failures.ts';
import { BodyLimits } from './body-limits.ts';
import {
  acceptsRanges,
  formatRange,
  ifRange,
  parseContentLength,
  strongValidators,
  type Validators,
} from './byte-range.ts';
import { EncodingWatch } from './encoding-watch.ts';
import { checkPart, firstPart } from './part-answer.ts';

/** Which bytes are wanted, and what is known of their file from earlier answers. */
export interface Wanted {
  position: number;
  /** Exclusive; the end of the file where absent. */
  end?: number | undefined;
  sizeBytes?: number | undefined;
  validators?: Validators | undefined;
  /** See `ResumePoint.judged`. */
  judged?: boolean | undefined;
  expectedBytes?: number | undefined;
  /** What an earlier answer said of the packing. */
  encoding?: string | undefined;
  /** Bytes of a file that is known already: never the whole of it by mistake. */
  isPart?: boolean | undefined;
  /** See `WireRequest.lends`. */
  lends?: boolean | undefined;
  /** See `BodyOptions.onHop`. */
  onHop?: ((hop: Hop) => void) | undefined;
}

/** One file, or a part of it, on its way, across as many requests as it takes. */
export class BodyTransfer {
  /** The address that answers. */
  hop: Hop;
  sizeBytes: number | undefined;
  validators: Validators;
  /** Where the bytes end, exclusive; `undefined` for the end of the file. */
  end: number | undefined;
  readonly encodings: EncodingWatch;
  /** The server has shown or said that it takes ranges. */
  takesRanges = false;
  /** Bytes of another answer than the first have come. */
  isContinued = false;
  readonly #start: Hop;
  readonly #wanted: Wanted;
  readonly #context: AskContext;
  readonly #attempts: Attempts;
  readonly #limits: BodyLimits;
  #position: number;
  #answer: Answer | undefined;
  /** What this answer said it would hold, exclusive. */
  #answerEnd: number | undefined;
  /** The end of an answer is marked on the wire, so that an early end is upstream's word and no cut. */
  #framed = false;

  /** `at`: the place that served the beginning, where it is not `start` itself. */
  constructor(start: Hop, wanted: Wanted, context: AskContext, at: Hop = start) {
    this.hop = at;
    this.#start = start;
    this.#wanted = wanted;
    this.#context = context;
    this.#attempts = new Attempts(context.attempts, start.url, wanted.isPart);
    const { limits, attempts } = context;
    this.#limits = new BodyLimits(wanted.expectedBytes, limits, attempts.tuning);
    this.#position = wanted.position;
    this.end = wanted.end;
    this.sizeBytes = wanted.sizeBytes;
    this.validators = wanted.validators ?? {};
    this.encodings = new EncodingWatch(start.url, wanted.expectedBytes, wanted.encoding);
  }

  /** The next bytes; `undefined` after the last. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      this.#context.attempts.signal.throwIfAborted();
      if (this.#position === this.end) {
        await this.#finish();
        return undefined;
      }
      if (this.#answer === undefined) this.#attempts.require();
      try {
        this.#answer ??= await this.#ask();
        const chunk = await this.#answer.next();
        if (chunk === undefined) this.#checkEnd();
        else {
          this.encodings.accept(chunk, this.hop.url);
          this.#count(chunk.length);
        }
        return chunk;
      } catch (error) {
        this.close();
        await this.#attempts.next(this.#described(this.#limits.countSlow(error)));
      }
    }
  }

  close(): void {
    this.#answer?.close();
    this.#answer = undefined;
  }

  #ask(): Promise<Answer> {
    const isBeginning = this.#position === 0 && this.#wanted.isPart !== true;
    return isBeginning ? this.#begin() : this.#continue();
  }

  async #begin(): Promise<Answer> {
    const { end } = this;
    const headers: Record<string, string> =
      end === undefined ? {} : { range: formatRange(0, end), ...this.#condition() };
    const { hop, answer } = await this.#get(this.#start, headers);
    try {
      const part = end === undefined ? undefined : firstPart(answer, end);
      if (part === undefined && (answer.status === 206 || answer.status === 416) && end) {
        // Parts cannot be had, or not be held to anything: the whole then, in one piece.
        answer.close();
        this.end = undefined;
        return await this.#begin();
      }
      if (part === undefined && answer.status !== 200) {
        throw atPlace(await this.#failure(answer), this.#start.url, hop.url);
      }
      if (part === undefined) this.end = undefined;
      this.hop = hop;
      this.#wanted.onHop?.(hop);
      this.validators = strongValidators(answer.headers);
      this.sizeBytes = part?.total ?? parseContentLength(answer.headers);
      this.takesRanges = part !== undefined || acceptsRanges(answer.headers);
      this.#answerEnd = part === undefined ? undefined : part.end + 1;
      this.#framed = answer.headers['transfer-encoding'] !== undefined;
      this.encodings.begin(answer, this.sizeBytes);
      this.#limits.checkWhole(hop.url, this.sizeBytes);
      if (part !== undefined) this.end = Math.min(end ?? part.total, part.total);
      return answer;
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** Accepts only a 206 that continues the same representation at this byte (RFC 9110 13.1.5, 15.3.7). */
  async #continue(): Promise<Answer> {
    const condition = this.#condition();
    if (condition['if-range'] === undefined && this.#wanted.judged !== true) {
      throw this.#restart('gives nothing to recognise the file by');
    }
    // The place that served the beginning, once; after that whatever the original address leads to.
    const start = this.hop;
    this.hop = this.#start;
    const headers = { range: formatRange(this.#position, this.end), ...condition };
    const { hop, answer } = await this.#get(start, headers);
    try {
      if (answer.status === 200 || answer.status === 416) {
        throw this.#restart(`does not continue it (status ${answer.status})`);
      }
      if (answer.status !== 206) throw await this.#refusal(answer, start);
      this.encodings.continue(answer);
      const { validators, end } = this;
      const total = this.sizeBytes ?? this.#wanted.expectedBytes;
      const part = checkPart(answer, { position: this.#position, end, total, validators });
      if (typeof part === 'string') throw this.#restart(part);
      this.#limits.checkWhole(this.hop.url, part.total);
      if (condition['if-range'] === undefined) this.validators = strongValidators(answer.headers);
      this.sizeBytes = part.total;
      this.takesRanges = true;
      this.isContinued = true;
      this.#answerEnd = part.end + 1;
      if (end !== undefined) this.end = Math.min(end, part.total);
      this.hop = hop;
      this.#wanted.onHop?.(hop);
      return answer;
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** Asks for the bytes as they are; the answer may have any status that is no redirect. */
  async #get(start: Hop, headers: Record<string, string>): Promise<{ hop: Hop; answer: Answer }> {
    const question: Question<Answer> = {
      method: 'GET',
      headersFor: () => headers,
      lends: this.#wanted.lends,
      read: (answer) => Promise.resolve(answer),
    };
    const { hop, value } = await ask(start, question, this.#context);
    return { hop, answer: value };
  }

  #condition(): { 'if-range'?: string } {
    return defined({ 'if-range': ifRange(this.validators) });
  }

  /** A link that was good for one request only is replaced by asking the original address again. */
  async #refusal(answer: Answer, start: Hop): Promise<unknown> {
    const failure = await this.#failure(answer);
    const expired = failure instanceof TransferError && isLasting(answer.status);
    return expired && start !== this.#start
      ? new TransientFailure(failure)
      : atPlace(failure, this.#start.url, answer.url);
  }

  #failure(answer: Answer): Promise<TransientFailure | TransferError> {
    return statusFailure(answer, this.#context.attempts.tuning);
  }

  /** Takes the mark that ends the answer off the wire, so that the connection can serve again. */
  async #finish(): Promise<void> {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) return;
    // Every byte is here: whatever the wire says now changes nothing.
    const more = await answer.next().catch(() => undefined);
    answer.close();
    this.#context.attempts.signal.throwIfAborted();
    if (more !== undefined) this.#count(more.length);
  }

  #count(bytes: number): void {
    this.#position += bytes;
    this.#limits.checkCount(this.hop.url, this.#position, this.#answerEnd ?? this.sizeBytes);
    this.#attempts.progress();
  }

  #checkEnd(): void {
    const isMarked = this.sizeBytes === undefined && this.#framed;
    this.#limits.checkEnd(this.hop.url, this.#position, this.end ?? this.sizeBytes, isMarked);
  }

  #restart(why: string): TransferError {
    return cannotContinue(this.hop.url, this.#position, why);
  }

  /** Adds the counts of the transfer to a failure. */
  #described(error: unknown): unknown {
    return describeFailure(error, {
      receivedBytes: this.#position,
      expectedBytes: this.sizeBytes ?? this.#wanted.expectedBytes,
      canContinue: ifRange(this.validators) !== undefined || this.#wanted.judged === true,
    });
  }
}
