import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tier, TierContext, TierFile, TierUpload, TierVisit } from '../../contracts/tier.ts';

/** How a tier is tested: with a new, empty and writable one for every case. */
export interface TierSample {
  name?: string | undefined;
  open(): Promise<Tier>;
  /** Releases what `open` created. */
  close?(): Promise<void>;
}

export interface TierSubject {
  sample: TierSample;
}

/** What a case can do with its tier. */
export interface TierTrial {
  tier: Tier;
  /** Visits the tier, calls `run`, and closes the visit as a real call does. */
  visit<T>(file: TierFile, run: (visit: TierVisit) => Promise<T>): Promise<T>;
  /** Stores a file that the tier does not have yet. */
  store(file: TierFile, bytes: Uint8Array): Promise<void>;
  /** The bytes of the copy from a new visit; `undefined` if it gives none. */
  fetch(file: TierFile): Promise<Uint8Array | undefined>;
  context(signal?: AbortSignal): TierContext;
}

/** Long enough for several chunks; every KiB is different. */
export const trialBytes: Uint8Array = Uint8Array.from(
  { length: 3 * 1024 * 1024 + 17 },
  (_, at) => (at * 31 + (at >>> 10) * 7) & 255,
);

/** A file as a real call asks for it. */
export function trialFile(change: Partial<TierFile> = {}): TierFile {
  return {
    name: 'trial_1.0_default_amd64_20260101',
    role: 'disk',
    fileName: 'trial.raw',
    url: 'https://images.trial.example/trial.raw',
    identity: {
      ...{ vendor: 'trial', release: '1.0', variant: 'default' },
      ...{ arch: 'amd64', snapshot: '20260101' },
    },
    digests: [digestOf(trialBytes)],
    sizeBytes: trialBytes.length,
    ...change,
  };
}

function digestOf(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function uploadOf(
  file: TierFile,
  bytes: Uint8Array,
  read: TierUpload['read'] = (start) => piecesOf(bytes, start),
): TierUpload {
  return { ...file, digests: [digestOf(bytes)], sizeBytes: bytes.length, read };
}

export async function* piecesOf(bytes: Uint8Array, start = 0): AsyncGenerator<Uint8Array> {
  for (let at = start; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}

const pieceBytes = 256 * 1024;

/** Collects all chunks; a chunk is valid only until the next one is requested. */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces);
}

/** Runs with a new tier and a new cache folder. */
export async function withTier(
  { sample }: TierSubject,
  run: (trial: TierTrial) => Promise<void>,
): Promise<void> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-tier-'));
  const context = (signal: AbortSignal = new AbortController().signal): TierContext => ({
    ...{ ca: [], cacheDir, now: new Date(), signal },
    ...{ log: () => {}, tell: () => {}, warn: () => {} },
  });
  try {
    const tier = await sample.open();
    const visit: TierTrial['visit'] = async (file, use) => {
      const visiting = await tier.visit(file, context());
      try {
        return await use(visiting);
      } finally {
        await visiting.close();
      }
    };
    await run({
      ...{ tier, visit, context },
      store: (file, bytes) =>
        visit(file, async ({ store }) => {
          if (store === undefined) throw new Error('it takes no file that it has not');
          await store(uploadOf(file, bytes));
        }),
      fetch: (file) =>
        visit(file, async ({ copy }) => {
          if (copy === undefined) return undefined;
          return await collectChunks(copy.read(0, undefined, context().signal));
        }),
    });
  } finally {
    await sample.close?.();
    await rm(cacheDir, { recursive: true, force: true });
  }
}
