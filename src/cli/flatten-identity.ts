import type { ImageIdentity } from '../core.ts';

/** For `--json`: vendor, release, variant and so on beside the other members. */
export function flattenIdentity(image: { identity: ImageIdentity }): object {
  const { identity, ...rest } = image;
  // An ensured image has a method called `release`, which is none of the facts.
  return { ...identity, ...rest, release: identity.release };
}
