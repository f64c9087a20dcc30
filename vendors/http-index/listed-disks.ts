import {
  type Digest,
  parseChecksums,
  peekSignedText,
  publicUrl,
  type VendorContext,
} from '../../src/kit.ts';
import { isDiskName } from '../shared/disk-names.ts';
import { invalidParameter } from '../shared/parameters.ts';

/** A file of a list of digests. */
export interface ListedDisk {
  /** The name in the list, perhaps with folders before it. */
  name: string;
  fileName: string;
  url: URL;
  digest: Digest;
  sizeBytes?: number;
  /** Decided by its name. */
  isDisk: boolean;
}

export interface ListOfDisks {
  url: URL;
  /** The list carries an inline signature. */
  isSigned: boolean;
  disks: ListedDisk[];
}

export const digestListNames: readonly string[] = ['SHA256SUMS', 'SHA512SUMS', 'CHECKSUM'];

/** The first list of digests in a folder, not yet proved; `undefined` if it has none. */
export async function findList(
  folder: URL,
  hasKeys: boolean,
  { http, signal }: VendorContext,
): Promise<ListOfDisks | undefined> {
  for (const name of digestListNames) {
    const url = new URL(name, folder);
    const document = await http.find(url, { signal });
    if (document === undefined) continue;
    const body = peekSignedText(document.text);
    const isSigned = body !== document.text;
    if (isSigned && !hasKeys) {
      // Only the text that the signature covers may be trusted.
      const hint =
        'Give the fingerprint of its signer, --param key=… (parameters), and its key, --key FILE (keys).';
      throw invalidParameter(
        'http-index',
        'key',
        `is missing, and ${publicUrl(url)} is signed`,
        hint,
      );
    }
    const { entries } = parseChecksums(body, { dialect: 'sums', from: url.href });
    const disks = new Map<string, ListedDisk>();
    for (const { name: listed, digest, sizeBytes } of entries) {
      const at = listed === undefined ? undefined : locate(listed, folder);
      if (listed === undefined || at === undefined || disks.has(listed)) continue;
      const size = sizeBytes === undefined ? {} : { sizeBytes };
      disks.set(listed, { name: listed, digest, ...at, ...size, isDisk: isDiskName(listed) });
    }
    return { url, isSigned, disks: [...disks.values()] };
  }
  return undefined;
}

/** Names come from a document: no name may lead out of the folder. */
function locate(name: string, folder: URL): { url: URL; fileName: string } | undefined {
  const url = new URL(name.split('/').map(encodeURIComponent).join('/'), folder);
  const fileName = name.split('/').at(-1) ?? '';
  const isBelow = url.href.startsWith(folder.href) && url.href !== folder.href;
  return isBelow && !/^\.{0,2}$|\\/.test(fileName) ? { url, fileName } : undefined;
}
