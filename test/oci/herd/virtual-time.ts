import type { HerdClock } from '../../../src/oci/herd/clock.ts';

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A clock of whole milliseconds that advances when every host waits. */
export class VirtualTime {
  nowMs = 0;
  readonly #due = new Map<number, (() => void)[]>();
  readonly #times = new MinHeap();

  at(ms: number, act: () => void): void {
    const time = Math.max(this.nowMs, Math.ceil(ms));
    const acts = this.#due.get(time);
    if (acts !== undefined) acts.push(act);
    else {
      this.#due.set(time, [act]);
      this.#times.push(time);
    }
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal?.reason);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.at(this.nowMs + ms, resolve);
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Runs until no host waits for a time up to `endMs`. */
  async run(endMs: number): Promise<void> {
    for (;;) {
      // First everything that follows from past events, before the time advances.
      await new Promise(setImmediate);
      const next = this.#times.peek();
      if (next === undefined || next > endMs) return;
      this.#times.pop();
      this.nowMs = next;
      const acts = this.#due.get(next) ?? [];
      this.#due.delete(next);
      for (const act of acts) act();
    }
  }

  clock(random: () => number, skewMs = 0): HerdClock {
    return {
      elapsed: () => this.nowMs,
      date: () => new Date(Date.UTC(2026, 0, 1) + this.nowMs + skewMs),
      sleep: (ms, signal) => this.sleep(ms, signal),
      chance: random,
      hostName: () => `host-${Math.floor(random() * 2 ** 48).toString(16)}`,
    };
  }
}

class MinHeap {
  readonly #items: number[] = [];

  peek(): number | undefined {
    return this.#items[0];
  }

  push(value: number): void {
    const items = this.#items;
    let at = items.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] ?? 0) <= value) break;
      items[at] = items[parent] ?? 0;
      at = parent;
    }
    items[at] = value;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if ((items[child + 1] ?? Number.POSITIVE_INFINITY) < (items[child] ?? 0)) child += 1;
      if ((items[child] ?? 0) >= last) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
  }
}
