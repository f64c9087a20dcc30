import type { FileHandle } from 'node:fs/promises';
import type { Tier, TierContext, TierCopy, TierFile, TierVisit } from '../../contracts/tier.ts';
import { IntegrityError, isImageError, NotFoundError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { callPlugin } from '../../parts/call-plugin.ts';

/** What one file needs of a call to be asked for. */
export interface TierInquiry {
  tiers: readonly Tier[];
  file: TierFile;
  /** What is told and warned of, with the tier's name added. */
  contextOf(tier: Tier): TierContext;
  warn(code: 'tier-failed' | 'tier-refused', message: string): void;
}

interface Visited {
  tier: Tier;
  visit: TierVisit;
}

/** A copy that a tier has, and which tier it is. */
export interface GivenCopy {
  tier: Tier;
  copy: TierCopy;
}

/** A tier may take so long to give up what it held, once the call has ended. */
const closeMs = 2000;

/** The tiers of one file: asked one after another until one has it, and told at the end what became of it. */
export class AskedTiers {
  readonly file: TierFile;
  /** No byte may come from upstream. */
  readonly only: boolean;
  /** The download of upstream's bytes, open to be read once it has no name any more. */
  held: FileHandle | undefined;
  readonly #inquiry: TierInquiry;
  readonly #left: Tier[];
  readonly #visits: Visited[] = [];
  #given: GivenCopy | undefined;
  #failure: unknown;
  /** Bytes of a copy lie in the file, and nothing has judged them. */
  #isSuspect = false;
  #closing: Promise<unknown> | undefined;

  constructor(inquiry: TierInquiry) {
    this.#inquiry = inquiry;
    this.file = inquiry.file;
    this.#left = [...inquiry.tiers];
    this.only = inquiry.tiers.some(({ only }) => only === true);
  }

  /** What the bytes are read from now; absent: upstream. */
  get given(): GivenCopy | undefined {
    return this.#given;
  }

  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  get visits(): readonly Visited[] {
    return this.#visits;
  }

  /** Bytes of the copy are about to come. */
  use(): void {
    this.#isSuspect = true;
  }

  /** The file is empty again, or its bytes are what the proofs say: the copy is not at fault. */
  acquit(): void {
    this.#isSuspect = false;
  }

  /** Asks the tiers that are left until one has a usable copy. Throws where none has and upstream may not be asked. */
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

  /** The copy cannot be read, or not to its end; what follows it is found. */
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

  /** The copy's bytes are not what the proofs say; what follows it is found. */
  async refuse(error: Error): Promise<void> {
    this.acquit();
    const given = this.#given;
    if (given === undefined) return;
    this.#given = undefined;
    if (given.tier.only === true) this.#failure ??= error;
    await this.#refuse(given, error);
    await this.find();
  }

  /** Ends every visit, once, whatever becomes of it. */
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
      log({ level: 'warn', message: `the tier ${tier.id} was told and failed: ${failure}` });
    }
  }

  async #close({ tier, visit }: Visited): Promise<void> {
    const { log } = this.#inquiry.contextOf(tier);
    // The call's own signal may be the reason of this.
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
