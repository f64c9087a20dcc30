import type { Parts } from '../../contracts/parts.ts';
import type { ImageReference } from '../../contracts/reference.ts';
import type { RegistryListing } from './list-registry.ts';
import type { MirrorOptions, MirrorOutcome } from './mirror-images.ts';
import type { RepositoryOptions } from './open-repository.ts';
import type { PullOptions, PullOutcome } from './pull-images.ts';
import type { PushOptions, PushOutcome } from './push-images.ts';
import type { VerifiedImage, VerifyRegistryOptions } from './verify-registry.ts';

// These verbs need most of this package: the first call loads it, not the import of the tier.
const load = (): Promise<typeof import('./later.ts')> => import('./later.ts');

/** The images of `HOST/REPO`, by name, as the registry describes them. None if the repository does not exist. */
export async function listRegistry(
  place: string,
  options: RepositoryOptions = {},
): Promise<RegistryListing> {
  return (await load()).listImagesOf(place, options);
}

/**
 * Reads every byte of these images of `HOST/REPO` (without names: of all images). It checks whether each blob has the
 * digest and the length in the manifest, whether each image has the tag of its name, and whether the vendor signed it
 * with a key of the given parts. Tags of other programs are ignored.
 */
export async function* verifyRegistry(
  parts: Parts,
  place: string,
  names: readonly string[] = [],
  options: VerifyRegistryOptions = {},
): AsyncGenerator<VerifiedImage, void, undefined> {
  yield* (await load()).verifyImages(parts, place, names, options);
}

/**
 * Makes these images on this machine, with all their proofs, and pushes the files from which they were made to
 * `HOST/REPO`. A failure does not end the others.
 */
export async function pushImages(
  parts: Parts,
  place: string,
  references: readonly (ImageReference | URL)[],
  options: PushOptions = {},
): Promise<PushOutcome[]> {
  return (await load()).pushEach(parts, place, references, options);
}

/**
 * Pulls these images of `HOST/REPO` into the cache, by name or by tag, without any request to upstream. It stores
 * each file aside until the documents pushed with it prove that a key of its vendor, as the given parts name it,
 * signed it, or until it has one of the caller's digests; then it decodes the file on this machine. It trusts nothing
 * else in the registry. A failure does not end the others.
 */
export async function pullImages(
  parts: Parts,
  place: string,
  names: readonly string[],
  options: PullOptions = {},
): Promise<PullOutcome[]> {
  return (await load()).pullEach(parts, place, names, options);
}

/**
 * Copies images of a lock file (without names: all of them) to `HOST/REPO`, so that a machine without access to
 * upstream gets them from there with the same lock file. It does not fetch files that the registry has. A failure
 * does not end the others.
 */
export async function mirrorImages(
  parts: Parts,
  place: string,
  aliases: readonly string[],
  options: MirrorOptions,
): Promise<MirrorOutcome[]> {
  return (await load()).mirrorEach(parts, place, aliases, options);
}
