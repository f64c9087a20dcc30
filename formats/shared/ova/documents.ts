import { refuse } from '../../../src/kit.ts';
import type { TarMember } from '../tar/walk.ts';

const maxDocumentBytes = 1024 * 1024;

/** Reads a descriptor or a manifest. */
export async function readDocument({ name, sizeBytes, source }: TarMember): Promise<Uint8Array> {
  if (sizeBytes > maxDocumentBytes) {
    throw refuse('limit', `${JSON.stringify(name)} in the OVA is too long`, {
      format: 'ova',
      limit: maxDocumentBytes,
      value: sizeBytes,
    });
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of source.stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function isShort({ sizeBytes }: TarMember): boolean {
  return sizeBytes <= maxDocumentBytes;
}

/** The folder of a member, with its slash; names in a descriptor or manifest are relative to it. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

/** The possible meanings of a name in a document: a href is a URI, but many writers put the plain name. */
export function readHref(href: string): string[] {
  try {
    return [...new Set([decodeURIComponent(href), href])];
  } catch {
    return [href];
  }
}

/** The name of a part (DSP0243, section 7.1): nine digits after the name of the file. */
export function chunkName(file: string, index: number): string {
  return `${file}.${String(index).padStart(9, '0')}`;
}
