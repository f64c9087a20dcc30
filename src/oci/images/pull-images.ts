import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inCache } from '../../cache/cache-error.ts';
import { findEntries } from '../../cache/entries/find.ts';
import { requireCacheName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import type { TransportOptions } from '../../contracts/options.ts';
import type { Parts } from '../../contracts/parts.ts';
import type { Digest, TrustLevel } from '../../contracts/proof.ts';
import { IntegrityError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { hexOf, readDigest } from '../../kit/digest.ts';
import { type Call, openCall } from '../../line/call.ts';
import { raiseToSigned } from '../../line/import/prove-import.ts';
import { requireRoom } from '../../line/import/require-room.ts';
import { withoutClaims } from '../../line/import/without-claims.ts';
import { roleOf } from '../../line/repair/recorded.ts';
import { makeRecorded } from '../../line/repair/remake.ts';
import { waitForName } from '../../line/wait.ts';
import { bindParts } from '../../parts/bind.ts';
import { checkOptions } from '../../parts/check-options.ts';
import { optionKinds } from '../../parts/option-kinds.ts';
import type { ImageLayer } from '../layout/image-manifest.ts';
import { badBlob, readBlobWhole } from './blob-state.ts';
import {
  openRepository,
  type Repository,
  type RepositoryOptions,
  readNames,
} from './open-repository.ts';
import { OriginCheck } from './origin-check.ts';
import { readClaims, readTag, tagOf } from './tagged-image.ts';
import { notThere } from './verify-registry.ts';

export interface PullOptions extends RepositoryOptions, Pick<TransportOptions, 'cacheDir'> {
  /**
   * Digests of published files (`sha256:…`, `sha512:…`) that the caller got from another source: a file with one of
   * them is pulled as `pinned`.
   */
  digest?: string | readonly string[] | undefined;
  /** The current time for the expiry of keys; default: now. */
  now?: Date | undefined;
}

export interface PulledImage {
  name: string;
  /** Absolute path of the disk. */
  path: string;
  /** `present`: the cache already had the disk from this file. */
  state: 'pulled' | 'present';
  trust: TrustLevel;
}

/** The result for one name: the image, or why it was not pulled. */
export type PullOutcome =
  | (PulledImage & { asked: string })
  | { asked: string; state: 'failed'; error: unknown };

/** See `pullImages`. */
export async function pullEach(
  parts: Parts,
  place: string,
  names: readonly string[],
  options: PullOptions,
): Promise<PullOutcome[]> {
  checkOptions<PullOptions>(options, optionKinds.pullImages);
  const wanted = readNames(names);
  const { digest = [], registryMirror: _mirror, ca: _ca, ...rest } = options;
  const digests = [digest].flat().map((one) => readDigest(one));
  const repository = openRepository(place, options);
  const bound = bindParts({ ...parts, tiers: [] });
  const call = await openCall(bound, 'registry', { ...rest, offline: true }, { readOnly: false });
  call.cache.requireWritable();
  const outcomes: PullOutcome[] = [];
  for (const asked of wanted) {
    try {
      outcomes.push({ asked, ...(await pullImage(call, repository, asked, digests)) });
    } catch (error) {
      repository.signal.throwIfAborted();
      outcomes.push({ asked, state: 'failed', error });
    }
  }
  return outcomes;
}

async function pullImage(
  call: Call,
  repository: Repository,
  asked: string,
  digests: readonly Digest[],
): Promise<PulledImage> {
  const { client, where, tell } = repository;
  const tag = tagOf(asked);
  const tagged = await readTag(client, tag);
  if (tagged?.kind !== 'image') throw notThere(where, tag);
  const { image } = tagged;
  tell('look', `reading the documents of ${image.name}`);
  const layer = image.layers.find(({ role }) => role === 'disk');
  const { record, evidence } = await readClaims(client, image);
  if (layer === undefined || record === undefined) {
    throw unusable(image.name, `the registry has no ${layer === undefined ? 'disk' : 'record'}`);
  }
  const isItsFile =
    record.source.sha256 === hexOf(layer.digest) && record.source.sizeBytes === layer.sizeBytes;
  const isDisk = roleOf(requireCacheName(record.name)) === 'disk';
  if (!isItsFile || !isDisk || record.facts['disk'] !== undefined)
    throw unusable(image.name, 'its record describes another file');
  const { sha256: sourceSha256 } = record.source;
  const [there] = await findEntries(call.cache, { base: record.name, sourceSha256 });
  if (there !== undefined) {
    const { name, path } = there;
    return { name, path, state: 'present', trust: there.record.trust.level };
  }
  await requireRoom(call, layer.sizeBytes, call.options.limits.downloadBytes, 'downloadBytes');
  // Not a cache name, so that it is swept if this process is killed.
  const path = join(call.cache.folder('staging'), `.import-${randomUUID()}`);
  try {
    const pulled = await readProved(call, repository, { path, layer, record, evidence, digests });
    const claimed = withoutClaims(record, pulled.isPinned, false);
    const made = await waitForName(call, record.name, async () => {
      const { entry } = await makeRecorded(call, claimed, pathToFileURL(path), []);
      return entry;
    });
    const { kept, proven } = pulled.check;
    const entry =
      pulled.isProved && kept !== undefined && proven !== undefined
        ? await raiseToSigned(call, made, kept, proven)
        : made;
    return { name: entry.name, path: entry.path, state: 'pulled', trust: entry.record.trust.level };
  } finally {
    await rm(path, { force: true });
  }
}

interface Reading {
  path: string;
  layer: ImageLayer;
  record: ImageRecord;
  evidence: string | undefined;
  digests: readonly Digest[];
}

/** Stores the file and verifies it; throws unless the vendor signed it, or it has a digest that the caller gave. */
async function readProved(
  call: Call,
  repository: Repository,
  { path, layer, record, evidence, digests }: Reading,
): Promise<{ check: OriginCheck; isProved: boolean; isPinned: boolean }> {
  const { vendor } = record.identity;
  const context = { signal: call.signal, log: call.options.log, now: call.options.now };
  const check = await OriginCheck.open(call.parts, { vendor, evidence }, context, digests);
  repository.tell('fetch', `fetching ${layer.fileName} from ${repository.where}`);
  const found = await inCache(path, 'write', async () => {
    const handle = await open(path, 'wx', 0o600);
    try {
      return await readBlobWhole(repository, layer, async (chunk) => {
        check.update(chunk);
        await handle.write(chunk);
      });
    } finally {
      await handle.close();
    }
  });
  const { digests: actual, origin } = await check.finish();
  const isWhole = found.state === 'intact' && actual.includes(layer.digest);
  if (!isWhole) {
    const { reason = '', advice = '' } =
      found.state === 'intact'
        ? badBlob('other-bytes', layer.digest, `its bytes are ${actual[0]}`)
        : found;
    throw new IntegrityError({
      code: found.state === 'intact' ? 'ERR_DIGEST' : 'ERR_SIZE',
      message: `${repository.where}@${layer.digest} is damaged: ${reason}`,
      hint: advice,
      details: {
        fileName: layer.fileName,
        ...defined({ expected: layer.digest, actual: actual[0] }),
      },
    });
  }
  const isProved = origin.state === 'proved';
  const isPinned = actual.some((one) => digests.includes(one));
  if (isProved || isPinned) return { check, isProved, isPinned };
  throw unusable(
    `${layer.fileName} in ${repository.where}`,
    origin.reason ?? 'nothing proves that it is the published file',
  );
}

function unusable(name: string, why: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_UNTRUSTED',
    message: `${name} is not used: ${why}`,
    hint: 'Give the digest of the published file as digest (--digest), from a source that you trust; or get the image from upstream.',
    details: { fileName: name },
  });
}
