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

/** The requested bytes, and the facts about their file from earlier answers. */
export interface Wanted {
  position: number;
  /** Exclusive; absent: the end of the file. */
  end?: number | undefined;
  sizeBytes?: number | undefined;
  validators?: Validators | undefined;
  /** See `ResumePoint.judged`. */
  judged?: boolean | undefined;
  expectedBytes?: number | undefined;
  /** The encoding that an earlier answer stated. */
  encoding?: string | undefined;
  /** Part of a file that is already known: a whole file in the answer would be an error. */
  isPart?: boolean | undefined;
  /** See `WireRequest.lends`. */
  lends?: boolean | undefined;
  /** See `BodyOptions.onHop`. */
  onHop?: ((hop: Hop) => void) | undefined;
}

/** The transfer of one file, or of a part of it, with as many requests as needed. */
export class BodyTransfer {
  /** The address that answers. */
  hop: Hop;
  sizeBytes: number | undefined;
  validators: Validators;
  /** End of the bytes, exclusive; `undefined` for the end of the file. */
  end: number | undefined;
  readonly encodings: EncodingWatch;
  /** The server has served a range, or has said that it supports them. */
  takesRanges = false;
  /** Bytes of a second or later answer have arrived. */
  isContinued = false;
  readonly #start: Hop;
  readonly #wanted: Wanted;
  readonly #context: AskContext;
  readonly #attempts: Attempts;
  readonly #limits: BodyLimits;
  #position: number;
  #answer: Answer | undefined;
  /** The end that this answer stated, exclusive. */
  #answerEnd: number | undefined;
  /**
   * The end of the answer is marked on the wire, so that an early end comes from upstream and is not an interruption.
   */
  #framed = false;

  /** `at`: the address that served the beginning, if it is not `start` itself. */
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
        // Parts are not possible, or cannot be verified: request the whole file.
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
      throw this.#restart('sends no ETag or date to recognise the file by');
    }
    // The address that served the beginning is asked once; after that, the target of the original address.
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

  /** Requests the bytes unencoded; the answer may have any status except a redirect. */
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

  /** If a link was valid for one request only, the original address is asked again. */
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

  /** Reads the mark at the end of the answer, so that the connection can be used again. */
  async #finish(): Promise<void> {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) return;
    // All bytes have arrived: an error of the wire does not matter now.
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
