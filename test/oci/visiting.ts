import { createHash } from 'node:crypto';
import type {
  Tier,
  TierContext,
  TierFile,
  TierUpload,
  TierVisit,
} from '../../src/contracts/tier.ts';
import type { ConnectionOptions } from '../../src/oci/client/connection.ts';
import { connectRegistry } from '../../src/oci/client/connection.ts';
import { openRegistry } from '../../src/oci/client/open-registry.ts';
import { parseRegistryPlace } from '../../src/oci/client/parse-registry-place.ts';
import type { RegistryClient } from '../../src/oci/client/registry-client.ts';

/** A file of one image, as the line requests it. */
export function fileOf(bytes: Uint8Array, changes: Partial<TierFile> = {}): TierFile {
  return {
    name: 'acme_1__amd64_20260101+p01234567',
    role: 'disk',
    fileName: 'acme.qcow2',
    url: 'https://images.acme.example/acme.qcow2',
    identity: {
      vendor: 'acme',
      release: '1',
      variant: '',
      arch: 'amd64',
      snapshot: '20260101',
    },
    digests: [`sha256:${createHash('sha256').update(bytes).digest('hex')}`],
    sizeBytes: bytes.length,
    ...changes,
  };
}

/** The same file with its bytes, as the line offers it. */
export function uploadOf(bytes: Uint8Array, changes: Partial<TierUpload> = {}): TierUpload {
  return {
    ...fileOf(bytes),
    digests: [
      `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      `sha512:${createHash('sha512').update(bytes).digest('hex')}`,
    ],
    sizeBytes: bytes.length,
    record: JSON.stringify({ schema: 1, created: '2026-01-01T00:00:00.000Z' }),
    evidence: JSON.stringify({ schema: 1, documents: [] }),
    async *read(start) {
      for (let at = start; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
    ...changes,
  };
}

export interface HeardContext extends TierContext {
  warnings: string[];
}

export function contextOf(cacheDir: string, changes: Partial<TierContext> = {}): HeardContext {
  const warnings: string[] = [];
  return {
    ca: [],
    cacheDir,
    now: new Date('2026-06-01T00:00:00Z'),
    signal: new AbortController().signal,
    log: () => undefined,
    tell: () => undefined,
    warn: (message) => warnings.push(message),
    warnings,
    ...changes,
  };
}

/** Visits, gives the bytes of the copy, and closes; `undefined` where there is none. */
export async function pull(
  tier: Tier,
  file: TierFile,
  context: TierContext,
): Promise<Buffer | undefined> {
  const visit = await tier.visit(file, context);
  try {
    return visit.copy && (await readCopy(visit));
  } finally {
    await visit.close();
  }
}

/** All bytes of a visit's copy. */
export async function readCopy({ copy }: TierVisit): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const { signal } = new AbortController();
  for await (const chunk of copy?.read(0, undefined, signal) ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Visits and stores the bytes of upstream. */
export async function store(tier: Tier, upload: TierUpload, context: TierContext): Promise<void> {
  const visit = await tier.visit(upload, context);
  try {
    await visit.store?.(upload);
  } finally {
    await visit.close();
  }
}

/** A client with short waits between attempts. */
export function clientOf(place: string, options: Partial<ConnectionOptions> = {}): RegistryClient {
  const connection = connectRegistry(parseRegistryPlace(place), {
    signal: new AbortController().signal,
    log: () => undefined,
    tuning: { backoffBaseMs: 5, backoffCapMs: 20 },
    ...options,
  });
  return openRegistry(connection);
}
