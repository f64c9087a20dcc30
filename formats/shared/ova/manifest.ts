import { refuse } from '../../../src/kit.ts';

/** Hashes that a manifest may use; MD5 and other values are ignored. */
export const manifestHashes = { SHA1: 40, SHA256: 64, SHA512: 128 } as const;
export type ManifestHash = keyof typeof manifestHashes;

export interface ManifestLine {
  hash: ManifestHash;
  name: string;
  /** Lower-case hex. */
  digest: string;
}

/** The lines of a manifest (DSP0243, section 5.1): `SHA256(name)= hex`. A line in another form is `corrupt-header`. */
export function parseManifest(bytes: Uint8Array): ManifestLine[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  return lines.flatMap((line) => {
    if (line.trim() === '') return [];
    const match = /^([A-Z0-9-]+) ?\((.+)\) ?= ?([0-9a-f]+)\s*$/i.exec(line);
    const [, word = '', name = '', digest = ''] = match ?? [];
    const hash = word.toUpperCase();
    if (match === null) throw badLine(line);
    if (!isManifestHash(hash)) return [];
    if (digest.length !== manifestHashes[hash]) throw badLine(line);
    return { hash, name, digest: digest.toLowerCase() };
  });
}

function isManifestHash(word: string): word is ManifestHash {
  return Object.hasOwn(manifestHashes, word);
}

function badLine(line: string): Error {
  return refuse('corrupt-header', 'The OVA manifest has a line that is not a digest', {
    format: 'ova',
    value: line.slice(0, 200),
  });
}
