import type { FileHandle } from 'node:fs/promises';
import type { Tier, TierContext, TierCopy, TierFile, TierVisit } from '../../contracts/tier.ts';
import { IntegrityError, isImageError, NotFoundError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { callPlugin } from '../../parts/call-plugin.ts';

/** What the tiers need to know about one file of a call. */
export interface TierInquiry {
  tiers: readonly Tier[];
  file: TierFile;
  /** A context whose messages and warnings name the tier. */
  contextOf(tier: Tier): TierContext;
  warn(code: 'tier-failed' | 'tier-refused', message: string): void;
}

interface Visited {
  tier: Tier;
  visit: TierVisit;
}

/** A copy in a tier, and the tier. */
export interface GivenCopy {
  tier: Tier;
  copy: TierCopy;
}

/** Time that a tier has to release its resources after the call has ended. */
const closeMs = 2000;

/** The tiers for one file: asked one after another until one has it, and closed at the end. */
export class AskedTiers {
  readonly file: TierFile;
  /** True: no byte may come from upstream. */
  readonly only: boolean;
  /** Handle of the file that came from upstream; it stays readable after the file has lost its name. */
  held: FileHandle | undefined;
  readonly #inquiry: TierInquiry;
  readonly #left: Tier[];
  readonly #visits: Visited[] = [];
  #given: GivenCopy | undefined;
  #failure: unknown;
  /** True while the file holds bytes of a copy that are not verified. */
  #isSuspect = false;
  #closing: Promise<unknown> | undefined;

  constructor(inquiry: TierInquiry) {
    this.#inquiry = inquiry;
    this.file = inquiry.file;
    this.#left = [...inquiry.tiers];
    this.only = inquiry.tiers.some(({ only }) => only === true);
  }

  /** The copy that is being read; absent: upstream. */
  get given(): GivenCopy | undefined {
    return this.#given;
  }

  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  get visits(): readonly Visited[] {
    return this.#visits;
  }

  /** Called before bytes of the copy arrive. */
  use(): void {
    this.#isSuspect = true;
  }

  /** Called when the file is empty again, or its bytes were verified: the copy is not at fault. */
  acquit(): void {
    this.#isSuspect = false;
  }

  /** Asks the remaining tiers until one has a usable copy. Throws if none has one and upstream may not be asked. */
  async find(): Promise<void> {
    this.#given = undefined;
    for (let tier = this.#left.shift(); tier !== undefined; tier = this.#left.shift()) {
      const visit = await this.#ask(tier);
      if (visit?.copy === undefined) continue;
      this.#given = { tier, copy: visit.copy };
      const { sizeBytes } = this.file;
      if (sizeBytes === undefined || sizeBytes === visit.copy.sizeBytes) return;
      await this.#refuse(this.#given, otherSize(this.#given, sizeBytes));
    }
    this.#given = undefined;
    if (this.only) throw this.#failure ?? this.#missing();
  }

  /** The copy cannot be read, or not to its end: finds the next source. */
  async fail(error: Error): Promise<void> {
    const given = this.#given;
    if (given === undefined) return;
    this.#given = undefined;
    if (given.tier.only === true) this.#failure ??= error;
    const { tier, copy } = given;
    const message = `the copy of the tier ${tier.id} (${publicUrl(copy.url)}) cannot be used: ${error.message}`;
    this.#inquiry.warn('tier-failed', message);
    await this.find();
  }

  /** The copy's bytes do not match the proofs: finds the next source. */
  async refuse(error: Error): Promise<void> {
    this.acquit();
    const given = this.#given;
    if (given === undefined) return;
    this.#given = undefined;
    if (given.tier.only === true) this.#failure ??= error;
    await this.#refuse(given, error);
    await this.find();
  }

  /** Ends every visit once, whatever the result of the call is. */
  close(): Promise<unknown> {
    this.#closing ??= Promise.all([
      this.held?.close(),
      ...this.#visits.map((visited) => this.#close(visited)),
    ]);
    return this.#closing;
  }

  async #ask(tier: Tier): Promise<TierVisit | undefined> {
    const context = this.#inquiry.contextOf(tier);
    context.tell(`asking ${tier.title}`);
    try {
      const visit = await tier.visit(this.file, context);
      this.#visits.push({ tier, visit });
      return visit;
    } catch (error) {
      if (context.signal.aborted) throw context.signal.reason;
      if (tier.only === true) this.#failure ??= error;
      const why = error instanceof Error ? error.message : String(error);
      this.#inquiry.warn('tier-failed', `the tier ${tier.id} cannot be used: ${why}`);
      return undefined;
    }
  }

  async #refuse({ tier, copy }: GivenCopy, error: Error): Promise<void> {
    const { signal, log } = this.#inquiry.contextOf(tier);
    const message = `the copy of the tier ${tier.id} (${publicUrl(copy.url)}) was refused: ${error.message}`;
    this.#inquiry.warn('tier-refused', message);
    try {
      await callPlugin(tier.id, 'refuse', signal, () => copy.refuse(error));
    } catch (failure) {
      if (signal.aborted) throw signal.reason;
      log({ level: 'warn', message: `the tier ${tier.id} was notified and failed: ${failure}` });
    }
  }

  async #close({ tier, visit }: Visited): Promise<void> {
    const { log } = this.#inquiry.contextOf(tier);
    // The call's own signal may be aborted already.
    const patience = AbortSignal.timeout(closeMs);
    try {
      await callPlugin(tier.id, 'close', patience, () => visit.close());
    } catch (failure) {
      const why = isImageError(failure) ? failure.message : 'it did not end';
      log({ level: 'warn', message: `closing the visit of the tier ${tier.id}: ${why}` });
    }
  }

  #missing(): NotFoundError {
    const names = this.#inquiry.tiers.map(({ id }) => id).join(', ');
    const { name, fileName } = this.file;
    return new NotFoundError({
      code: 'ERR_NOT_FOUND',
      message: `no tier (${names}) has ${fileName} of ${name}, and upstream is not to be asked`,
      hint: 'Put the image into the tier first, or allow upstream to be asked.',
      details: { field: 'tiers', value: name },
    });
  }
}

function otherSize({ copy }: GivenCopy, expected: number): IntegrityError {
  return new IntegrityError({
    code: 'ERR_SIZE',
    message: `it has ${copy.sizeBytes} bytes instead of ${expected}`,
    hint: 'Remove the copy from the tier.',
    details: {
      url: publicUrl(copy.url),
      expected: String(expected),
      actual: String(copy.sizeBytes),
    },
  });
}
