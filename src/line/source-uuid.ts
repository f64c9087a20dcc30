import { createHash } from 'node:crypto';

/** RFC 9562, 6.6: the namespace for names that are URLs. */
const urlNamespace = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/** Version 5 UUID (RFC 9562, 5.5) of a name in a namespace. */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1');
  hash.update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

const sourceNamespace = uuidV5(urlNamespace, 'urn:rootdisk:source');

/** The UUID of an image: version 5 of the published file's sha256 in the namespace of this package. */
export function sourceUuid(sha256Hex: string): string {
  return uuidV5(sourceNamespace, sha256Hex);
}
