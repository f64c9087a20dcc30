import { drawPause, drawTimer, type HerdClock } from './clock.ts';
import type { AloneReason, HerdContext, HerdRegistry, HerdSettings, HerdTurn } from './herd.ts';
import { Leadership } from './leadership.ts';
import { markerBlob } from './marker.ts';
import { MarkerWatch, type Sight } from './marker-watch.ts';
import { kindOfRefusal } from './refusal.ts';

/** The shortest time between writing a marker and reading it back, whatever the settings say about the registry. */
const leastSettleMs = 250;
/** A registry that refuses the marker this often, and shows none, does not accept markers. */
const mostRefusals = 3;

/** What this host observed; `silent`: the registry gave no answer. */
type Finding = Sight | { kind: 'ready' } | { kind: 'silent' };

/** One host that waits for one tag. */
export class HerdMember {
  readonly #registry: HerdRegistry;
  readonly #settings: HerdSettings;
  readonly #clock: HerdClock;
  readonly #rights: { mayWrite: boolean };
  readonly #tag: string;
  readonly #context: HerdContext;
  readonly #watch: MarkerWatch;
  readonly #own: Leadership;
  readonly #beganMs: number;
  readonly #patienceMs: number;
  /** The last valid marker, and when it was read. */
  #held: (Sight & { kind: 'held' }) | undefined;
  #lookedMs = 0;
  /** Time since which no host has claimed the image. */
  #freeMs: number | undefined;
  #isTimed = false;
  #isSilent = false;
  #refusals = 0;
  /** Duration of the slowest request so far: requests of other hosts may take as long. */
  #slowestMs = 0;

  constructor(
    registry: HerdRegistry,
    settings: HerdSettings,
    clock: HerdClock,
    rights: { mayWrite: boolean },
    tag: string,
    context: HerdContext,
  ) {
    this.#registry = registry;
    this.#settings = settings;
    this.#clock = clock;
    this.#rights = rights;
    this.#tag = tag;
    this.#context = context;
    this.#watch = new MarkerWatch(registry, tag, clock, settings.lifetimeMs);
    this.#own = new Leadership(registry, this.#watch, clock, settings);
    this.#beganMs = clock.elapsed();
    // Hosts that wait for one leader started together and must not give up together.
    this.#patienceMs = settings.patienceMs * (1 - clock.chance() / 4);
  }

  async enter(): Promise<HerdTurn> {
    for (;;) {
      const turn = await this.#step(await this.#observe());
      if (turn !== undefined) return turn;
      if (this.#waitedMs() >= this.#patienceMs) return this.#alone('deadline');
    }
  }

  async #step(finding: Finding): Promise<HerdTurn | undefined> {
    switch (finding.kind) {
      case 'ready':
        return { kind: 'ready' };
      case 'held':
        // Its own marker, which became visible late.
        return this.#own.isOf(finding.marker) ? this.#lead() : this.#waitForLeader();
      case 'free':
        return this.#mayWrite() ? this.#compete(finding) : this.#waitForWriter();
      case 'silent':
        return this.#waitForRegistry();
    }
  }

  /** Another host fetches the image: wait for it. */
  async #waitForLeader(): Promise<undefined> {
    this.#isTimed = false;
    this.#freeMs = undefined;
    this.#refusals = 0;
    await this.#pause();
  }

  /** No host fetches the image: wait for the timer, check once more, and write the marker. */
  async #compete(sight: Sight & { kind: 'free' }): Promise<HerdTurn | undefined> {
    const { alone, windowMs } = this.#settings;
    if (!this.#isTimed && !alone) {
      this.#isTimed = true;
      await this.#sleep(drawTimer(windowMs, this.#clock.chance()));
      return undefined;
    }
    this.#isTimed = false;
    return this.#claim(sight.digest);
  }

  /** No host fetches the image, and this host may not write a marker: another host that may write can come soon. */
  async #waitForWriter(): Promise<HerdTurn | undefined> {
    this.#freeMs ??= this.#clock.elapsed();
    const { readOnlyMs } = this.#settings;
    if (this.#clock.elapsed() - this.#freeMs >= readOnlyMs) return this.#alone('read-only');
    await this.#pause();
    return undefined;
  }

  /** The registry does not answer: wait only if another host has claimed the image before. */
  async #waitForRegistry(): Promise<HerdTurn | undefined> {
    if (this.#held !== undefined) {
      await this.#pause();
      return undefined;
    }
    await this.#sleep((this.#settings.windowMs / 4) * this.#clock.chance());
    return this.#alone('unreachable');
  }

  async #claim(stale: string | undefined): Promise<HerdTurn | undefined> {
    try {
      await this.#timed(this.#registry.putBlob(markerBlob));
      if (!(await this.#write(stale))) return undefined;
      if (!this.#settings.alone) await this.#sleep(this.#settleMs());
      const sight = await this.#timed(this.#watch.look());
      const isOwn = sight.kind === 'held' && this.#own.isOf(sight.marker);
      return isOwn ? this.#lead() : undefined;
    } catch (error) {
      if (this.#context.signal.aborted) void this.#own.release();
      this.#context.signal.throwIfAborted();
      return this.#handleRefusal(error);
    }
  }

  #lead(): HerdTurn {
    this.#own.hold();
    return { kind: 'lead', release: () => this.#own.release() };
  }

  /** `false` if the registry keeps the existing tag: another host was first, or its tags are immutable. */
  async #write(stale: string | undefined): Promise<boolean> {
    try {
      await this.#timed(this.#own.write());
      return true;
    } catch (error) {
      if (kindOfRefusal(error) !== 'refused') throw error;
    }
    this.#refusals += 1;
    const isStill = stale !== undefined && (await this.#watch.look()).kind === 'free';
    if (!isStill || !(await this.#removeExpired(stale))) return false;
    await this.#own.write();
    return true;
  }

  /** Makes a marker possible where tags are immutable: removes the expired one, or goes on to the next generation. */
  async #removeExpired(stale: string): Promise<boolean> {
    try {
      if (await this.#registry.deleteManifest(stale)) return true;
    } catch (error) {
      kindOfRefusal(error);
    }
    return this.#watch.skip();
  }

  async #handleRefusal(error: unknown): Promise<HerdTurn | undefined> {
    switch (kindOfRefusal(error)) {
      case 'forbidden':
        this.#rights.mayWrite = false;
        return undefined;
      case 'refused':
        this.#refusals += 1;
        return undefined;
      case 'unreachable':
        return this.#waitForRegistry();
    }
  }

  /** Reads the tag, and the marker when it is due. */
  async #observe(): Promise<Finding> {
    try {
      if ((await this.#timed(this.#registry.hasManifest(this.#tag))) !== false) {
        return { kind: 'ready' };
      }
      const isDue = this.#clock.elapsed() - this.#lookedMs >= this.#settings.lifetimeMs / 6;
      if (this.#held !== undefined && !isDue && !this.#isSilent) return this.#held;
      const sight = await this.#timed(this.#look());
      if (sight.kind === 'held' && this.#held === undefined) {
        this.#context.tell(`another host is fetching it; waiting until the registry has it`);
      }
      this.#held = sight.kind === 'held' ? sight : undefined;
      return sight;
    } catch (error) {
      this.#context.signal.throwIfAborted();
      kindOfRefusal(error);
      this.#isSilent = true;
      return { kind: 'silent' };
    }
  }

  async #look(): Promise<Sight> {
    if (this.#isSilent) this.#watch.forgive();
    const sight = await this.#watch.look();
    this.#isSilent = false;
    this.#lookedMs = this.#clock.elapsed();
    return sight;
  }

  #alone(why: AloneReason): HerdTurn {
    if (why === 'unreachable') this.#context.warn('the registry does not answer');
    if (why === 'deadline') {
      const seconds = Math.round(this.#waitedMs() / 1000);
      this.#context.warn(`another host has not stored the file in the registry for ${seconds} s`);
    }
    return { kind: 'alone', why };
  }

  #mayWrite(): boolean {
    return this.#settings.write && this.#rights.mayWrite && this.#refusals < mostRefusals;
  }

  #waitedMs(): number {
    return this.#clock.elapsed() - this.#beganMs;
  }

  /**
   * How long to wait before reading the own marker back. Another host that saw no marker writes its own at most two
   * requests later, it may see a state that is one visibility period old, and its marker becomes visible one period
   * later. After that every host sees the last writer. The time is bounded so that the marker does not expire
   * meanwhile: two hosts that fetch are better than none.
   */
  #settleMs(): number {
    const { visibilityMs, lifetimeMs } = this.#settings;
    const settleMs = 2 * (visibilityMs + this.#slowestMs);
    return Math.min(Math.max(leastSettleMs, settleMs), lifetimeMs / 3);
  }

  async #timed<T>(request: Promise<T>): Promise<T> {
    const beganMs = this.#clock.elapsed();
    const answer = await request;
    this.#slowestMs = Math.max(this.#slowestMs, this.#clock.elapsed() - beganMs);
    return answer;
  }

  #pause(): Promise<void> {
    return this.#sleep(drawPause(this.#waitedMs(), this.#clock.chance()));
  }

  async #sleep(ms: number): Promise<void> {
    const left = Math.max(0, this.#patienceMs - this.#waitedMs());
    await this.#clock.sleep(Math.min(ms, left), this.#context.signal);
  }
}
