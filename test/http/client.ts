import { createHttp, type Http, type HttpOptions } from '../../src/http/client.ts';
import { defaultLimits, type LogEntry } from '../../src/kit.ts';
import type { Upstream } from '../../src/testing/upstream.ts';

/** Short waits between attempts; long limits for silence, because test machines can be slow. */
const quick = {
  connectMs: 10_000,
  stallMs: 10_000,
  attempts: 3,
  backoffBaseMs: 1,
  backoffCapMs: 4,
};

/** For tests about silence. */
export const impatient = { stallMs: 300 };

/** A client with defaults, and its log. */
export function client(options: Partial<HttpOptions> = {}): Http & { logged: LogEntry[] } {
  const logged: LogEntry[] = [];
  const http = createHttp({
    mirrors: {},
    ca: [],
    limits: { ...defaultLimits },
    signal: new AbortController().signal,
    log: (entry) => logged.push(entry),
    offline: false,
    refresh: false,
    ...options,
    tuning: { ...quick, ...options.tuning },
  });
  return { ...http, logged };
}

/** The address that `mirrorOf` maps to the upstream. */
export const site = 'https://images.example/';

/** Rules that map `site` to the upstream's root. */
export function mirrorOf(upstream: Upstream): Record<string, string> {
  return { [site]: upstream.url };
}

/** All of a body in one piece. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** Bytes without repeats, the same in every run. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
