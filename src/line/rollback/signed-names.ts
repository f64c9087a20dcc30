import type { ChecksumsProof, EvidenceDocument, Proof } from '../../contracts/proof.ts';
import type { Artifact } from '../../contracts/vendor.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { potential } from '../trust/levels.ts';

/** The words for a build of which one at least should be signed. */
export interface BuildWords {
  release: string;
  codename?: string | undefined;
  version?: string | undefined;
  snapshot: string;
}

/**
 * True where what is signed says which release or build it is of: by the file's name in a list, or by the fields of a
 * Release file. A signature over the bytes alone, or over a bare digest, says nothing of the kind.
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
  return proof.kind === 'checksums' && potential(proof) === 'signed';
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

/** `9` is in `ol9u6` and in `rocky-9-base`, and not in `19`; `noble` is in `noble-server`, and not in `nobles`. */
function contains(name: string, word: string): boolean {
  const kin = /^\d/.test(word) ? /\d/ : /[a-z]/;
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    const isWhole = ![name[at - 1], name[at + word.length]].some((one) => kin.test(one ?? ''));
    if (isWhole && word !== '') return true;
  }
  return false;
}

/** deb822 (https://wiki.debian.org/DebianRepository/Format): what the suite is called is a field. */
function isReleaseFile(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^(?:Codename|Suite|Version): /m.test(head);
}
