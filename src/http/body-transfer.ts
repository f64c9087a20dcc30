import { TransferError } from '../errors.ts';
import type { Hop } from './address-rules.ts';
import { Attempts, TransientFailure } from './attempts.ts';
import type { BodyOptions } from './body.ts';
import { cannotContinue, cutShort, foreignEncoding, tooLong, wrongSize } from './body-failures.ts';
import {
  ifRange,
  parseContentLength,
  parseContentRange,
  sameValidators,
  strongValidators,
  type Validators,
} from './byte-range.ts';
import { isMissing, statusFailure } from './status-failure.ts';
import { ask, type TransferContext } from './transfer-context.ts';
import type { Answer } from './wire.ts';

/** One file on its way, across as many requests as it takes. */
export class BodyTransfer {
  /** The address that answers. */
  hop: Hop;
  sizeBytes: number | undefined;
  validators: Validators;
  readonly #start: Hop;
  readonly #expectedBytes: number | undefined;
  readonly #context: TransferContext;
  readonly #attempts: Attempts;
  #position: number;
  #answer: Answer | undefined;
  /** The end of an answer is marked on the wire, so that an early end is upstream's word and no cut. */
  #framed = false;

  constructor(start: Hop, options: BodyOptions, context: TransferContext) {
    this.hop = start;
    this.#start = start;
    this.#context = context;
    this.#attempts = new Attempts(context.attempts);
    this.#expectedBytes = options.expectedBytes;
    this.#position = options.resume?.position ?? 0;
    this.sizeBytes = options.resume?.sizeBytes;
    this.validators = options.resume?.validators ?? {};
  }

  /** The next bytes; `undefined` after the last. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      this.#context.attempts.signal.throwIfAborted();
      try {
        this.#answer ??= await (this.#position === 0 ? this.#begin() : this.#continue());
        const chunk = await this.#answer.next();
        if (chunk === undefined) this.#checkEnd();
        else this.#count(chunk.length);
        return chunk;
      } catch (error) {
        this.close();
        await this.#attempts.next(this.#described(error));
      }
    }
  }

  close(): void {
    this.#answer?.close();
    this.#answer = undefined;
  }

  async #begin(): Promise<Answer> {
    const { hop, answer } = await ask(this.#start, {}, this.#context);
    try {
      if (answer.status !== 200) throw await statusFailure(answer);
      this.hop = hop;
      this.validators = strongValidators(answer.headers);
      this.sizeBytes = parseContentLength(answer.headers);
      this.#framed = answer.headers['transfer-encoding'] !== undefined;
      checkEncoding(answer);
      this.#checkWhole(this.sizeBytes);
      return answer;
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** Only the very rest of the very same bytes will do (RFC 9110 13.1.5, 15.3.7). */
  async #continue(): Promise<Answer> {
    const condition = ifRange(this.validators);
    if (condition === undefined) throw this.#restart('gives nothing to recognise the file by');
    // The place that served the beginning, once; after that whatever the original address leads to.
    const start = this.hop;
    this.hop = this.#start;
    const headers = { range: `bytes=${this.#position}-`, 'if-range': condition };
    const { hop, answer } = await ask(start, headers, this.#context);
    try {
      if (answer.status === 200 || answer.status === 416) {
        throw this.#restart(`does not continue it (status ${answer.status})`);
      }
      if (answer.status !== 206) throw await this.#refusal(answer, start);
      checkEncoding(answer);
      const range = parseContentRange(answer.headers['content-range']);
      const total = this.sizeBytes ?? this.#expectedBytes ?? range?.total;
      if (range === undefined || range.start !== this.#position || range.total !== total) {
        throw this.#restart('answers with another range');
      }
      if (!sameValidators(this.validators, answer.headers)) {
        throw this.#restart('has another file by now');
      }
      this.#checkWhole(range.total);
      this.sizeBytes = range.total;
      this.hop = hop;
      return answer;
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** A link that was good for one request only is replaced by asking the original address again. */
  async #refusal(answer: Answer, start: Hop): Promise<Error> {
    const failure = await statusFailure(answer);
    const expired = failure instanceof TransferError && isMissing(answer.status);
    return expired && start !== this.#start ? new TransientFailure(failure) : failure;
  }

  #count(bytes: number): void {
    this.#position += bytes;
    this.#attempts.reset();
    const wanted = this.sizeBytes ?? this.#expectedBytes;
    if (wanted !== undefined && this.#position > wanted) {
      throw wrongSize(this.hop.url, this.#position, wanted);
    }
    this.#checkLimit(this.#position);
  }

  #checkEnd(): void {
    const wanted = this.sizeBytes ?? this.#expectedBytes;
    if (wanted === undefined || this.#position === wanted) return;
    if (this.sizeBytes === undefined && this.#framed) {
      throw wrongSize(this.hop.url, this.#position, wanted);
    }
    throw new TransientFailure(cutShort(this.hop.url, this.#position, wanted));
  }

  #checkWhole(bytes: number | undefined): void {
    if (bytes === undefined) return;
    const wanted = this.#expectedBytes ?? bytes;
    if (bytes !== wanted) throw wrongSize(this.hop.url, bytes, wanted);
    this.#checkLimit(bytes);
  }

  #checkLimit(bytes: number): void {
    const limit = this.#context.limits.downloadBytes;
    if (bytes > limit) throw tooLong(this.hop.url, bytes, limit);
  }

  #restart(why: string): TransferError {
    return cannotContinue(this.hop.url, this.#position, why);
  }

  /** Adds what is known of the transfer; a failure that nothing can be continued after calls for a restart. */
  #described(error: unknown): unknown {
    const failure = error instanceof TransientFailure ? error.failure : error;
    if (!(failure instanceof TransferError) || this.#position === 0) return error;
    const wanted = this.sizeBytes ?? this.#expectedBytes;
    failure.details.receivedBytes = this.#position;
    if (wanted !== undefined) failure.details.expectedBytes = wanted;
    if (failure === error || ifRange(this.validators) !== undefined) return error;
    failure.details.restart = true;
    return failure;
  }
}

function checkEncoding(answer: Answer): void {
  const encoding = answer.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw foreignEncoding(answer.url, encoding);
}
