import { createHash } from 'node:crypto';
import { TransferError } from '../../../src/errors.ts';
import type { RegistryPlace } from '../../../src/oci/client/registry-client.ts';
import type { HerdRegistry } from '../../../src/oci/herd/herd.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface RegistryTraits {
  /** A request sees the state of this many milliseconds ago. */
  lagMs: number;
  /** Maximum time of a request to the registry, and of its answer back. */
  wayMs: number;
  immutable: boolean;
  deletes: boolean;
  /** No answers from the first up to the second time. */
  downMs?: readonly [number, number];
}

interface Version {
  atMs: number;
  /** Absent: removed. */
  bytes?: Uint8Array;
  digest?: string;
}

/** Tags of one repository; the last writer wins, and a read may be old. */
export class VirtualRegistry {
  readonly requests = { head: 0, get: 0, put: 0, remove: 0 };
  readonly #time: VirtualTime;
  readonly #traits: RegistryTraits;
  readonly #tags = new Map<string, Version[]>();

  constructor(time: VirtualTime, traits: RegistryTraits) {
    this.#time = time;
    this.#traits = traits;
  }

  /** The registry as one host sees it. `step` is called before every request and after each change. */
  reach(
    mayWrite: boolean,
    random: () => number,
    step: () => Promise<void> = async () => undefined,
  ): HerdRegistry & { readonly place?: RegistryPlace } {
    const ask = async <T>(act: () => T): Promise<T> => {
      await step();
      await this.#time.sleep(random() * this.#traits.wayMs);
      this.#refuseWhenDown();
      const answer = act();
      await step();
      await this.#time.sleep(random() * this.#traits.wayMs);
      return answer;
    };
    const allow = (): void => {
      if (!mayWrite) throw refusal(403);
    };
    return {
      hasManifest: (reference) =>
        ask(() => {
          this.requests.head += 1;
          return this.#read(reference)?.digest ?? false;
        }),
      manifest: (reference) =>
        ask(() => {
          this.requests.get += 1;
          const { bytes, digest } = this.#read(reference) ?? {};
          if (bytes === undefined || digest === undefined) return undefined;
          return { bytes, digest: `sha256:${digest.slice(7)}` as const, mediaType: '' };
        }),
      putManifest: (reference, bytes) =>
        ask(() => {
          allow();
          this.requests.put += 1;
          this.#write(reference, bytes);
        }),
      putBlob: () => ask(() => 'there' as const),
      deleteManifest: (digest) =>
        ask(() => {
          allow();
          this.requests.remove += 1;
          return this.#remove(digest);
        }),
    };
  }

  /** The current state, for an observer. */
  now(tag: string): Uint8Array | undefined {
    return this.#tags.get(tag)?.at(-1)?.bytes;
  }

  /** Sets a tag as if it were old. */
  plant(tag: string, bytes: Uint8Array): void {
    this.#tags.set(tag, [versionOf(Number.NEGATIVE_INFINITY, bytes)]);
  }

  #read(tag: string): Version | undefined {
    const since = this.#time.nowMs - this.#traits.lagMs;
    const found = this.#tags.get(tag)?.findLast(({ atMs }) => atMs <= since);
    return found?.bytes === undefined ? undefined : found;
  }

  #write(tag: string, bytes: Uint8Array): void {
    const versions = this.#tags.get(tag) ?? [];
    if (this.#traits.immutable && versions.at(-1)?.bytes !== undefined) throw refusal(409);
    versions.push(versionOf(this.#time.nowMs, bytes));
    this.#tags.set(tag, versions);
  }

  #remove(digest: string): boolean {
    if (!this.#traits.deletes) return false;
    for (const versions of this.#tags.values()) {
      if (versions.at(-1)?.digest === digest) versions.push({ atMs: this.#time.nowMs });
    }
    return true;
  }

  #refuseWhenDown(): void {
    const [from, to] = this.#traits.downMs ?? [0, 0];
    if (this.#time.nowMs < from || this.#time.nowMs >= to) return;
    throw new TransferError({
      code: 'ERR_NETWORK',
      message: 'the virtual registry is down',
      hint: 'Wait.',
      details: {},
    });
  }
}

function versionOf(atMs: number, bytes: Uint8Array): Version {
  return { atMs, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

function refusal(status: number): TransferError {
  return new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: `the virtual registry answers ${status}`,
    hint: 'Wait.',
    details: { status },
  });
}
