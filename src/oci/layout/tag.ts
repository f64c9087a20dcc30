import { createHash } from 'node:crypto';

/** The tag syntax of the distribution specification, for names without capitals. */
const plainName = /^[a-z0-9_+~][a-z0-9._+~-]{0,127}$/;
const digestTag = /^sha256-[0-9a-f]{64}$/;

/**
 * The tag of an image in a registry. Tags cannot contain `+` or `~`, and names of images have no capitals: `P` stands
 * for `+` and `T` for `~`. A name that is too long for a tag gets the tag of its digest; the manifest contains the
 * name.
 */
export function formatTag(name: string): string {
  if (plainName.test(name) && !digestTag.test(name)) {
    return name.replaceAll('+', 'P').replaceAll('~', 'T');
  }
  return `sha256-${createHash('sha256').update(name).digest('hex')}`;
}

/** The name with this tag; `undefined` for the tag of a digest, and for a tag that `formatTag` never writes. */
export function parseTag(tag: string): string | undefined {
  const name = tag.replaceAll('P', '+').replaceAll('T', '~');
  return plainName.test(name) && formatTag(name) === tag ? name : undefined;
}

/** True for the tag of a digest; only the manifest states the name. */
export function isDigestTag(tag: string): boolean {
  return digestTag.test(tag);
}
