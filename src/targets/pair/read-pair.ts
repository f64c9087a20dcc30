import { basename } from 'node:path';
import { readSmallFile } from '../../cache/read-small-file.ts';
import { IntegrityError, isImageError } from '../../errors.ts';
import { type CheckedManifest, checkManifest } from '../manifest/check-manifest.ts';
import { readStreamFacts } from './stream-file.ts';

/** A manifest and its file, checked against each other. */
export interface ImagePair {
  /** Absolute path. */
  manifestPath: string;
  /** Absolute path. */
  streamPath: string;
  manifest: CheckedManifest;
}

/** The paths of both. */
export type PairPaths = Pick<ImagePair, 'manifestPath' | 'streamPath'>;

/**
 * Reads a pair and compares length, sha1 and compression of the file with its manifest. Throws `ERR_SIZE` or
 * `ERR_DIGEST` if they differ, and `ERR_INVALID_REQUEST` for an invalid manifest; `undefined` if there is none.
 */
async function readPair(paths: PairPaths, signal: AbortSignal): Promise<ImagePair | undefined> {
  const text = await readSmallFile(paths.manifestPath);
  if (text === undefined) return undefined;
  const manifest = checkManifest(parse(text));
  const { sha1, size, compression } = manifest.file;
  const found = await readStreamFacts(paths.streamPath, signal);
  if (found.size !== size) throw differs(paths, 'ERR_SIZE', String(size), String(found.size));
  if (found.sha1 !== sha1) throw differs(paths, 'ERR_DIGEST', sha1, found.sha1);
  if (found.compression !== compression) {
    throw differs(paths, 'ERR_DIGEST', compression, found.compression);
  }
  return { ...paths, manifest };
}

/** A finished pair of this image; `undefined` if there is none, or it cannot be used. */
export async function findPair(
  paths: PairPaths,
  uuid: string,
  signal: AbortSignal,
): Promise<ImagePair | undefined> {
  const pair = await readPair(paths, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isImageError(error)) return undefined;
    throw error;
  });
  return pair?.manifest.uuid === uuid ? pair : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function differs(
  { streamPath }: PairPaths,
  code: 'ERR_SIZE' | 'ERR_DIGEST',
  expected: string,
  actual: string,
): IntegrityError {
  return new IntegrityError({
    code,
    message: `${basename(streamPath)} does not match its manifest: ${actual}, not ${expected}`,
    hint: 'Remove both files so that they are made again.',
    details: { fileName: basename(streamPath), expected, actual },
  });
}
