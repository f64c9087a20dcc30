import type { ChecksumsProof, EvidenceDocument, Proof } from '../../contracts/proof.ts';
import type { Artifact } from '../../contracts/vendor.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { bestLevelOf } from '../trust/levels.ts';

/** The names of a build; the signed document should contain at least one of them. */
export interface BuildWords {
  release: string;
  codename?: string | undefined;
  version?: string | undefined;
  snapshot: string;
}

/**
 * True if the signed document states the release or build: by the file's name in a list, or by the fields of a
 * Release file. A signature over the bytes alone, or over a bare digest, does not.
 */
export function namesBuild(
  { proofs, fileName }: Pick<Artifact, 'proofs' | 'fileName'>,
  documents: readonly EvidenceDocument[],
  words: BuildWords,
): boolean {
  return proofs.some((proof) => {
    if (!isSignedList(proof)) return false;
    // Its products and versions are members of the signed document.
    if (proof.dialect === 'simplestreams') return true;
    const names = [proof.name ?? fileName, ...(proof.aliases ?? [])];
    const list = textOf(documents, proof.url);
    if (names.some((name) => list.includes(name) && hasWord(name, words))) return true;
    return documents.some(({ bytes }) => isReleaseFile(bytes));
  });
}

function isSignedList(proof: Proof): proof is ChecksumsProof {
  return proof.kind === 'checksums' && bestLevelOf(proof) === 'signed';
}

function textOf(documents: readonly EvidenceDocument[], url: URL): string {
  const address = publicUrl(url);
  const found = documents.find((document) => document.url === address);
  return found === undefined ? '' : new TextDecoder().decode(found.bytes);
}

function hasWord(name: string, { release, codename, version, snapshot }: BuildWords): boolean {
  return [release, codename, version, snapshot].some(
    (word) => word !== undefined && contains(name.toLowerCase(), word.toLowerCase()),
  );
}

/** `9` matches `ol9u6` and `rocky-9-base`, but not `19`; `noble` matches `noble-server`, but not `nobles`. */
function contains(name: string, word: string): boolean {
  const kin = /^\d/.test(word) ? /\d/ : /[a-z]/;
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    const isWhole = ![name[at - 1], name[at + word.length]].some((one) => kin.test(one ?? ''));
    if (isWhole && word !== '') return true;
  }
  return false;
}

/** deb822 (https://wiki.debian.org/DebianRepository/Format): the name of the suite is a field. */
function isReleaseFile(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^(?:Codename|Suite|Version): /m.test(head);
}
