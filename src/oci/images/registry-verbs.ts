import type { Parts } from '../../contracts/parts.ts';
import type { ImageReference } from '../../contracts/reference.ts';
import type { RegistryListing } from './list-registry.ts';
import type { MirrorOptions, MirrorOutcome } from './mirror-images.ts';
import type { RepositoryOptions } from './open-repository.ts';
import type { PullOptions, PullOutcome } from './pull-images.ts';
import type { PushOptions, PushOutcome } from './push-images.ts';
import type { VerifiedImage, VerifyRegistryOptions } from './verify-registry.ts';

// They need the line, which is most of this package: the first call loads it, not the import of the tier.
const load = (): Promise<typeof import('./later.ts')> => import('./later.ts');

/** The images of `HOST/REPO`, by name, as the registry describes them. A repository that does not exist has none. */
export async function listRegistry(
  place: string,
  options: RepositoryOptions = {},
): Promise<RegistryListing> {
  return (await load()).listImagesOf(place, options);
}

/**
 * Reads every byte of these images of `HOST/REPO`, without names of all: whether each blob has the digest and the length that
 * the manifest states, whether each image has the tag of its name, and whether the vendor signed it, by the keys of the
 * given parts. Tags of other programs are passed over.
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
 * Makes these images on this machine, with all their proofs, and pushes the files that they were made of into `HOST/REPO`. A
 * failure does not end the others.
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
 * Takes these images of `HOST/REPO` into the cache, by name or by tag, without any request to upstream. The file is read whole and
 * kept aside until the documents that came with it show that a key of its vendor, as the given parts name it, signed it, or
 * until it has one of the digests of the caller; then it is decoded here. What else the registry says counts for nothing. A
 * failure does not end the others.
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
 * Brings images of a lock file into `HOST/REPO`, without names all of them, so that a machine without upstream gets them from
 * there by the same lock file. What the registry has is not fetched. A failure does not end the others.
 */
export async function mirrorImages(
  parts: Parts,
  place: string,
  aliases: readonly string[],
  options: MirrorOptions,
): Promise<MirrorOutcome[]> {
  return (await load()).mirrorEach(parts, place, aliases, options);
}
