import { createHash } from 'node:crypto';
import { type ConnectionOptions, connectRegistry } from '../../../src/oci/client/connection.ts';
import { parseRegistryPlace } from '../../../src/oci/client/parse-registry-place.ts';
import { openReader, type RegistryReader } from '../../../src/oci/client/reader.ts';
import type { Upstream } from '../../../src/testing/upstream.ts';

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Short waits between attempts; long limits for silence, because test machines can be slow. */
const quickly = {
  connectMs: 10_000,
  stallMs: 10_000,
  attempts: 3,
  backoffBaseMs: 1,
  backoffCapMs: 4,
};

/** A reader of `fleet/images` on an upstream of the test. */
export function readerOf(
  upstream: Upstream,
  options: Partial<ConnectionOptions> = {},
): RegistryReader {
  const place = parseRegistryPlace(`${new URL(upstream.url).host}/fleet/images`);
  return openReader(
    connectRegistry(place, {
      signal: new AbortController().signal,
      log: () => undefined,
      ...options,
      tuning: { ...quickly, ...options.tuning },
    }),
  );
}

export const sha256Of = (bytes: Uint8Array | string): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The path of a blob of `fleet/images`. */
export const blobPath = (digest: string): string => `v2/fleet/images/blobs/${digest}`;
