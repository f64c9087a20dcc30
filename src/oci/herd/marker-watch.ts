import { defined } from '../../kit/defined.ts';
import type { HerdClock } from './clock.ts';
import type { HerdRegistry } from './herd.ts';
import { type HerdMarker, markerTag, parseHerdMarker } from './marker.ts';

/** `free`: no host fetches the image; `digest` is that of an expired marker. */
export type Sight = { kind: 'held'; marker: HerdMarker } | { kind: 'free'; digest?: string };

interface Seen {
  digest: string;
  marker: HerdMarker;
  /** When this host first saw it, by its own clock. */
  sinceMs: number;
}

/** The clocks of two hosts may differ by this much. */
const skewMs = 86_400_000;
const lastGeneration = 63;

/**
 * Reads the marker of one tag. Clocks of hosts are not compared: a marker is valid for its lifetime from the time
 * when this host first saw it, and its writer renews it before that ends. Only a very old marker is recognised at
 * once.
 */
export class MarkerWatch {
  readonly #registry: HerdRegistry;
  readonly #tag: string;
  readonly #clock: HerdClock;
  readonly #lifetimeMs: number;
  #generation = 0;
  #seen: Seen | undefined;

  constructor(registry: HerdRegistry, tag: string, clock: HerdClock, lifetimeMs: number) {
    this.#registry = registry;
    this.#tag = tag;
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Throws the registry's errors. */
  async look(): Promise<Sight> {
    for (;;) {
      const seen = await this.#read();
      if (seen !== undefined && this.#holds(seen)) return { kind: 'held', marker: seen.marker };
      const isNext = seen !== undefined && (await this.#hasNext());
      if (!isNext) {
        return { kind: 'free', ...defined({ digest: seen?.digest }) };
      }
      this.skip();
    }
  }

  /** Name of the marker to read. */
  get name(): string {
    return markerTag(this.#tag, this.#generation);
  }

  /**
   * Called after the registry gave no answers: a marker that has not changed meanwhile may belong to a host that
   * could not write.
   */
  forgive(): void {
    if (this.#seen !== undefined) this.#seen.sinceMs = this.#clock.elapsed();
  }

  /** Goes on to the next generation; `false` after the last one. */
  skip(): boolean {
    if (this.#generation === lastGeneration) return false;
    this.#generation += 1;
    this.#seen = undefined;
    return true;
  }

  async #hasNext(): Promise<boolean> {
    if (this.#generation === lastGeneration) return false;
    const next = markerTag(this.#tag, this.#generation + 1);
    return (await this.#registry.hasManifest(next)) !== false;
  }

  async #read(): Promise<Seen | undefined> {
    const { name } = this;
    if (this.#seen !== undefined) {
      // HEAD first: it is cheap, and no registry counts it as a pull.
      const stated = await this.#registry.hasManifest(name);
      if (stated === this.#seen.digest) return this.#seen;
      if (stated === false) {
        this.#seen = undefined;
        return undefined;
      }
    }
    const found = await this.#registry.manifest(name);
    if (found === undefined) this.#seen = undefined;
    else if (found.digest !== this.#seen?.digest) this.#seen = this.#meet(found);
    return this.#seen;
  }

  #meet(found: { digest: string; bytes: Uint8Array }): Seen {
    const marker = parseHerdMarker(found) ?? this.#stranger();
    return { digest: found.digest, marker, sinceMs: this.#clock.elapsed() };
  }

  /** Any other manifest under the name of a marker is treated as a marker, and is replaced after its lifetime. */
  #stranger(): HerdMarker {
    return { host: '', round: 0, writtenAt: this.#clock.date(), lifetimeMs: this.#lifetimeMs };
  }

  #holds({ marker: { writtenAt, lifetimeMs }, sinceMs }: Seen): boolean {
    const isOfLongAgo = +this.#clock.date() - +writtenAt > lifetimeMs + skewMs;
    return !isOfLongAgo && this.#clock.elapsed() - sinceMs < lifetimeMs;
  }
}
