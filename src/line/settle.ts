import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { GrowingFile } from '../bytes/growing-file.ts';
import { startCleanUp } from '../cache/background-work.ts';
import { inCache } from '../cache/cache-error.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Digest, Signer } from '../contracts/proof.ts';
import { hasRemedy, IntegrityError, isImageError, refuse } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { findNestedImage } from '../image/find-nested-image.ts';
import { defined } from '../kit/defined.ts';
import { algorithmOf } from '../kit/digest.ts';
import { callPlugin } from '../parts/call-plugin.ts';
import { warnOfVersion } from './content/match-content.ts';
import { proveContent } from './content/prove-content.ts';
import type { Decoded, WrittenFile, WrittenMember } from './decoded.ts';
import type { FetchedArtifact, Fetching } from './fetch.ts';
import type { Making, Proved } from './making.ts';
import { matchDigests } from './match-digests.ts';
import { untrusted, unverified } from './prove.ts';
import { refuseOlderFile, refuseStale } from './rollback.ts';
import { trace } from './trace.ts';
import { type BodyWay, demandedByWay, levelByWay } from './trust/by-way.ts';
import { finishChecks } from './trust/finish-checks.ts';
import { effectiveLevel, reaches } from './trust/levels.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** A disk whose bytes match the evidence. */
export interface Settled {
  fetched: FetchedArtifact;
  decoded: Decoded;
  /** The evidence, together with the results of the transfer and of the signatures over the bytes. */
  proven: Proven;
  signer?: Signer;
  signedAt?: Date;
}

/**
 * Waits for the last byte of the download and for the decoder, then compares digests, sizes, stream signatures and
 * the ends of the result with the evidence. A wrong digest takes precedence over an error of the decoder.
 */
export function settle(
  making: Making & { fetching: Fetching; decoding: Promise<Decoded> },
): Promise<Settled> {
  const { call, plan, proven, staging, tiers, fetching, decoding } = making;
  return trace(call, 'settle', { cacheName: plan.cacheName }, async () => {
    decoding.catch((error: unknown) => {
      // With a digest, the check of the whole file says more than the first defect that the decoder found. A full
      // disk or a limit is reported as it is, unless the bytes may be wrong.
      const isDoubtful = tiers?.isSuspect === true && hasRemedy(error, 'decode');
      if (proven.digests.length === 0 || (isFinal(error) && !isDoubtful)) fetching.cancel(error);
    });
    const [transfer, decode] = await Promise.allSettled([fetching.done, decoding]);
    // Closing a resumed file allocates its blocks on the device, which takes time.
    startCleanUp(call.cache, `${staging.download} is not closed`, () => fetching.close());
    if (call.signal.aborted) throw call.signal.reason;
    if (transfer.status === 'rejected') {
      throw decode.status === 'rejected' && outranks(decode.reason)
        ? decode.reason
        : transfer.reason;
    }
    const cause = decode.status === 'rejected' ? decode.reason : undefined;
    matchDigests(proven, transfer.value, plan.artifact.fileName, cause);
    if (proven.digests.length > 0 || plan.artifact.pieces !== undefined) tiers?.acquit();
    if (decode.status === 'rejected') throw decode.reason;
    call.progress.stage('settle', 'verifying the downloaded bytes');
    matchSize(making, transfer.value);
    const decoded = await matchDisks(making, decode.value);
    const { warnings, ...signed } = await callPlugin(
      'verifier signature',
      'finish',
      call.signal,
      () => finishChecks(proven),
    );
    const settled = judgeWay(making, transfer.value.way);
    settled.warnings.push(...warnings, ...warnOfVersion(plan, decoded.content));
    const allowed = warningsOf(decode.value.allowances.used);
    for (const warning of [...settled.warnings, ...allowed]) call.warn(warning);
    if (proven.checks.length > 0) {
      refuseStale(call, plan, signed.signedAt);
      await refuseOlderFile(call, plan, signed.signedAt);
    }
    return { fetched: transfer.value, decoded, proven: settled, ...signed };
  });
}

/**
 * Applies the effect of mirrors and plain http to the level, and adds warnings; throws `ERR_UNTRUSTED` if the level
 * becomes too low.
 */
function judgeWay({ call, plan, proven }: Proved, { mirrored, plain }: BodyWay): Proven {
  const { fileName } = plan.artifact;
  const level = levelByWay(proven.level, plain);
  const effective = effectiveLevel(level, proven.pinned);
  if (!reaches(effective, demandedByWay(call, plan.demanded, plain))) {
    throw untrusted(plan, effective);
  }
  const warnings = [...proven.warnings];
  if (mirrored) {
    const how = plain ? 'over plain http, through a mirror' : 'through a mirror';
    warnings.push({ code: 'mirror', message: `${fileName} was read ${how}` });
  }
  if (effective === 'none' && proven.level !== 'none') warnings.push(unverified);
  return { ...proven, level, warnings };
}

function matchSize({ plan, proven }: Proved, fetched: FetchedArtifact): void {
  for (const expected of [plan.artifact.sizeBytes, proven.sizeBytes]) {
    if (expected === undefined || expected === fetched.sizeBytes) continue;
    throw new IntegrityError({
      code: 'ERR_SIZE',
      message: `${plan.artifact.fileName} has ${fetched.sizeBytes} bytes instead of ${expected}`,
      hint: 'Do not use the bytes; the vendor may be changing the file, so try later.',
      details: { url: fetched.url, expected: String(expected), actual: String(fetched.sizeBytes) },
    });
  }
}

/** Checks the disk and the other members of a bundle, and adds the content of each. */
async function matchDisks(proved: Proved, decoded: Decoded): Promise<Decoded> {
  const { allowances } = decoded;
  const match = <F extends WrittenFile>(file: F): Promise<F> =>
    inCache(file.path, 'read', () => matchDisk(proved, file, allowances));
  const disk = await match(decoded);
  if (disk.members === undefined) return disk;
  const members: WrittenMember[] = [];
  for (const member of disk.members) members.push(await match(member));
  return { ...disk, members };
}

async function matchDisk<F extends WrittenFile>(
  { call, plan, proven }: Proved,
  file: F,
  allowances: Decoded['allowances'],
): Promise<F> {
  const handle = await open(file.path, 'r');
  try {
    const source = GrowingFile.whole(handle, file.sizeBytes);
    if (file.sizeBytes === 0) throw refuse('empty', 'the disk is empty');
    const isRaw = file.format === 'raw';
    if (isRaw) await findNestedImage(source, file.chain, call.parts.formats, allowances);
    const content = isRaw ? await proveContent(call, plan, source) : undefined;
    for (const expected of proven.diskDigests) {
      const actual = await hashWholeFile(source, algorithmOf(expected), call.signal);
      if (actual !== expected) throw diskDiffers(expected, actual);
    }
    return { ...file, ...defined({ content }) };
  } finally {
    await handle.close();
  }
}

/** True for an error that other bytes could not change. */
function isFinal(error: unknown): boolean {
  return hasRemedy(error, 'cache', 'usage') || isImageError(error, 'ERR_LIMIT');
}

/** True for a defect that the decoder found itself, not the consequence of a broken transfer. */
function outranks(error: unknown): boolean {
  return hasRemedy(error, 'decode', 'cache', 'usage');
}

function diskDiffers(expected: string, actual: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `the decoded disk has the digest ${actual}, expected ${expected}`,
    hint: 'Do not use the disk; report it to the vendor.',
    details: { expected, actual, reason: 'digest-mismatch' },
  });
}

/** Hashes all bytes of a source, including holes. */
async function hashWholeFile(
  source: ByteSource,
  algorithm: 'sha256' | 'sha512',
  signal: AbortSignal,
): Promise<Digest> {
  const hash = createHash(algorithm);
  for await (const chunk of source.stream()) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return `${algorithm}:${hash.digest('hex')}`;
}
