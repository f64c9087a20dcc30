import { createHash } from 'node:crypto';
import { mediaTypes } from '../layout/media-types.ts';
import type { HerdClock } from './clock.ts';
import type { HerdRegistry, HerdSettings } from './herd.ts';
import { formatHerdMarker, type HerdMarker } from './marker.ts';
import type { MarkerWatch } from './marker-watch.ts';
import { kindOfRefusal } from './refusal.ts';

/** The claim of one host to fetch an image: its marker, renewed three times in its lifetime until it is withdrawn. */
export class Leadership {
  readonly #registry: HerdRegistry;
  readonly #watch: MarkerWatch;
  readonly #clock: HerdClock;
  readonly #lifetimeMs: number;
  readonly #host: string;
  readonly #ended = new AbortController();
  #round = 0;
  #digest = '';
  #name = '';
  #renewing: Promise<void> = Promise.resolve();
  #released: Promise<void> | undefined;

  constructor(
    registry: HerdRegistry,
    watch: MarkerWatch,
    clock: HerdClock,
    settings: Pick<HerdSettings, 'lifetimeMs'>,
  ) {
    this.#registry = registry;
    this.#watch = watch;
    this.#clock = clock;
    this.#lifetimeMs = settings.lifetimeMs;
    this.#host = clock.hostName();
  }

  isOf(marker: HerdMarker): boolean {
    return marker.host === this.#host;
  }

  /** Writes the marker; throws the registry's errors. */
  async write(lifetimeMs: number = this.#lifetimeMs): Promise<void> {
    const { name } = this.#watch;
    const writtenAt = this.#clock.date();
    const bytes = formatHerdMarker({ host: this.#host, round: this.#round, writtenAt, lifetimeMs });
    this.#round += 1;
    await this.#registry.putManifest(name, bytes, mediaTypes.manifest);
    this.#name = name;
    this.#digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  }

  /** Starts to renew the marker regularly. */
  hold(): void {
    this.#renewing = this.#renew();
  }

  /** Withdraws the marker; if that is impossible, it expires. */
  release(): Promise<void> {
    this.#released ??= this.#end();
    return this.#released;
  }

  async #renew(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      try {
        await this.#clock.sleep(this.#lifetimeMs / 3, signal);
      } catch {
        return;
      }
      if (signal.aborted || !(await this.#again())) return;
    }
  }

  /** `false` if another host took over: then its marker is left unchanged. */
  async #again(): Promise<boolean> {
    try {
      const sight = await this.#watch.look();
      if (sight.kind === 'held' && !this.isOf(sight.marker)) return false;
      await this.write();
      return true;
    } catch (error) {
      // If a marker cannot be changed, one of the next generation follows it.
      if (kindOfRefusal(error) === 'refused') return this.#watch.skip() && this.#again();
      return true;
    }
  }

  async #end(): Promise<void> {
    this.#ended.abort();
    await this.#renewing.catch(() => undefined);
    try {
      if (this.#digest === '' || (await this.#remove())) return;
      const sight = await this.#watch.look();
      const isOwn = sight.kind === 'held' && this.isOf(sight.marker);
      if (isOwn && this.#watch.name === this.#name) await this.write(0);
    } catch {
      // The marker expires.
    }
  }

  async #remove(): Promise<boolean> {
    try {
      return await this.#registry.deleteManifest(this.#digest);
    } catch {
      return false;
    }
  }
}
