import { createHash } from 'node:crypto';

/** Of the distribution specification, for names that have no capitals. */
const plainName = /^[a-z0-9_+~][a-z0-9._+~-]{0,127}$/;
const digestTag = /^sha256-[0-9a-f]{64}$/;

/**
 * The tag of an image in a registry. The tag grammar has no `+` and no `~`, and names of images have no capitals: `+` is `P` and
 * `~` is `T`. A name that fits no tag, because it is too long, gets the tag of its digest, and stands in the manifest.
 */
export function formatTag(name: string): string {
  if (plainName.test(name) && !digestTag.test(name)) {
    return name.replaceAll('+', 'P').replaceAll('~', 'T');
  }
  return `sha256-${createHash('sha256').update(name).digest('hex')}`;
}

/** The name that has this tag; `undefined` for the tag of a digest, and for a tag that `formatTag` never writes. */
export function parseTag(tag: string): string | undefined {
  const name = tag.replaceAll('P', '+').replaceAll('T', '~');
  return plainName.test(name) && formatTag(name) === tag ? name : undefined;
}

/** True for the tag of a name that only its manifest tells. */
export function isDigestTag(tag: string): boolean {
  return digestTag.test(tag);
}
