import { digestOfHex } from '../digest.ts';
import { parseJsonText, parseRecord } from '../records.ts';
import type { ChecksumLine } from './checksum-line.ts';

/** The media types to accept in a request to a registry; it answers 404 if the exact type is missing. */
export const manifestTypes: string = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Everything that a manifest or an index of a registry refers to; the digest is also the name. */
export function* readManifestSums(text: string, from: string): Generator<ChecksumLine> {
  const content = parseRecord(
    parseJsonText(text, `${from}: this is not a manifest of a registry`),
    from,
  );
  const named = [content['manifests'], content['layers'], content['config']];
  for (const one of named.flat()) {
    if (one === undefined) continue;
    const { digest: name, size } = parseRecord(one, from);
    const [, hex = ''] = /^sha(?:256|512):(.*)$/.exec(String(name)) ?? [];
    const digest = digestOfHex(hex);
    const sizeBytes = Number.isSafeInteger(size) ? Number(size) : undefined;
    if (digest === undefined || digest !== name) yield 'malformed';
    else yield { name: digest, digest, sizeBytes };
  }
}
