import { drawPause, drawTimer, type HerdClock } from './clock.ts';
import type { AloneReason, HerdContext, HerdRegistry, HerdSettings, HerdTurn } from './herd.ts';
import { Leadership } from './leadership.ts';
import { markerBlob } from './marker.ts';
import { MarkerWatch, type Sight } from './marker-watch.ts';
import { kindOfRefusal } from './refusal.ts';

/** The least time between writing a marker and reading it back, whatever the settings say of the registry. */
const leastSettleMs = 250;
/** A registry that refuses the marker so often, and shows none, takes none. */
const mostRefusals = 3;

/** What this host found; `silent`: the registry gave no answer. */
type Finding = Sight | { kind: 'ready' } | { kind: 'silent' };

/** One host that wants one tag. */
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
  /** The last marker that held, and when it was looked at. */
  #held: (Sight & { kind: 'held' }) | undefined;
  #lookedMs = 0;
  /** Since when no host says that it fetches the image. */
  #freeMs: number | undefined;
  #isTimed = false;
  #isSilent = false;
  #refusals = 0;
  /** The slowest request so far: what other hosts do may take as long. */
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
    // Waiters of one leader began together and must not end together.
    this.#patienceMs = settings.patienceMs * (1 - clock.chance() / 4);
  }

  async enter(): Promise<HerdTurn> {
    for (;;) {
      const turn = await this.#step(await this.#find());
      if (turn !== undefined) return turn;
      if (this.#waitedMs() >= this.#patienceMs) return this.#alone('deadline');
    }
  }

  async #step(finding: Finding): Promise<HerdTurn | undefined> {
    switch (finding.kind) {
      case 'ready':
        return { kind: 'ready' };
      case 'held':
        // Its own marker, which shows later than it should have.
        return this.#own.isOf(finding.marker) ? this.#lead() : this.#follow();
      case 'free':
        return this.#mayWrite() ? this.#compete(finding) : this.#linger();
      case 'silent':
        return this.#bear();
    }
  }

  /** Another host fetches the image. */
  async #follow(): Promise<undefined> {
    this.#isTimed = false;
    this.#freeMs = undefined;
    this.#refusals = 0;
    await this.#pause();
  }

  /** No host fetches the image: the timer, one more look, and the marker. */
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

  /** No host fetches the image, and this one may not say that it does: one with the right may come soon. */
  async #linger(): Promise<HerdTurn | undefined> {
    this.#freeMs ??= this.#clock.elapsed();
    const { readOnlyMs } = this.#settings;
    if (this.#clock.elapsed() - this.#freeMs >= readOnlyMs) return this.#alone('read-only');
    await this.#pause();
    return undefined;
  }

  /** The registry is silent: worth a wait only where another host has said that it fetches the image. */
  async #bear(): Promise<HerdTurn | undefined> {
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
      return this.#denied(error);
    }
  }

  #lead(): HerdTurn {
    this.#own.hold();
    return { kind: 'lead', release: () => this.#own.release() };
  }

  /** `false` where the registry keeps what is there: another host was first, or its tags cannot be changed. */
  async #write(stale: string | undefined): Promise<boolean> {
    try {
      await this.#timed(this.#own.write());
      return true;
    } catch (error) {
      if (kindOfRefusal(error) !== 'refused') throw error;
    }
    this.#refusals += 1;
    const isStill = stale !== undefined && (await this.#watch.look()).kind === 'free';
    if (!isStill || !(await this.#dislodge(stale))) return false;
    await this.#own.write();
    return true;
  }

  /** Makes room for a marker where tags cannot be changed: the one that lapsed goes, or the next generation begins. */
  async #dislodge(stale: string): Promise<boolean> {
    try {
      if (await this.#registry.deleteManifest(stale)) return true;
    } catch (error) {
      kindOfRefusal(error);
    }
    return this.#watch.skip();
  }

  async #denied(error: unknown): Promise<HerdTurn | undefined> {
    switch (kindOfRefusal(error)) {
      case 'forbidden':
        this.#rights.mayWrite = false;
        return undefined;
      case 'refused':
        this.#refusals += 1;
        return undefined;
      case 'unreachable':
        return this.#bear();
    }
  }

  /** The tag, and the marker where it is due. */
  async #find(): Promise<Finding> {
    try {
      if ((await this.#timed(this.#registry.hasManifest(this.#tag))) !== false) {
        return { kind: 'ready' };
      }
      const isDue = this.#clock.elapsed() - this.#lookedMs >= this.#settings.lifetimeMs / 6;
      if (this.#held !== undefined && !isDue && !this.#isSilent) return this.#held;
      const sight = await this.#timed(this.#look());
      if (sight.kind === 'held' && this.#held === undefined) {
        this.#context.tell(`another host fetches it; waiting until the registry has it`);
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
    if (why === 'unreachable') this.#context.warn('the registry gives no answer');
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
   * Another host that saw no marker writes its own at most two requests later, sees things as they were one visibility ago,
   * and its marker shows one visibility later. After that the last writer is known to all. A marker that lapsed meanwhile would
   * be none: two hosts that fetch are better than none.
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
