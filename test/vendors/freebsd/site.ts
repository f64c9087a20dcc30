import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { type Documents, readFixture, serveDocuments } from '../every/serve-documents.ts';
import { signedBy } from '../every/signed-by.ts';

export const current: string = 'https://download.freebsd.org/releases/VM-IMAGES/';
export const archive: string =
  'http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/';
const lists = 'https://www.freebsd.org/releases/';
const origins = ['https://download.freebsd.org/', 'https://www.freebsd.org/'];
const folders = [
  '15.1-RELEASE/',
  '15.1-RELEASE/amd64/Latest/',
  '15.1-RELEASE/aarch64/Latest/',
  '15.1-RELEASE/riscv64/Latest/',
  '14.4-RELEASE/',
  '14.4-RELEASE/amd64/Latest/',
];
const archived = ['14.1-RELEASE/amd64/Latest/', '13.1-RELEASE/amd64/Latest/'];
const signedLists = ['15.1-RELEASE-amd64', '15.1-RELEASE-arm64-aarch64', '13.1-RELEASE-amd64'].map(
  signedListOf,
);
export const percival: string = '82563B84D0620EDC0DFB86413897F2E22E65AD3F';
export const barber: string = '78B342BA26C7B2AC681EA7BE524F0C37A0B946A3';
const signer = createOpenpgpSigner();

export async function start(more: string[] = []): Promise<Documents> {
  const documents = await serveDocuments([...origins, ...more], {
    [current]: await readFixture('freebsd/VM-IMAGES.listing'),
  });
  const fixture = (folder: string): Promise<string> =>
    readFixture(`freebsd/${folder.slice(0, -1).replaceAll('/', '_')}.listing`);
  for (const folder of folders) documents.put(current + folder, await fixture(folder));
  // A stored document makes its origin one with a mirror of the caller.
  if (more.includes(new URL('/', archive).href)) {
    for (const folder of archived) documents.put(archive + folder, await fixture(folder));
  }
  for (const list of signedLists)
    documents.put(list, signer.clearsign('# see the release notes\n'));
  return documents;
}

export function signedListOf(stem: string): string {
  return `${lists}${stem.slice(0, 4)}R/checksums/CHECKSUM.SHA256-FreeBSD-${stem}-vm.asc`;
}

/** The invented list on the web site, which every release has. */
export function signedProofs(stem: string, fingerprint: string): object[] {
  const url = signedListOf(stem);
  const signature = signedBy('inline', fingerprint);
  return [{ kind: 'checksums', url: new URL(url), dialect: 'sums', signature }];
}

export function listing(names: string[]): string {
  const rows = names.map((name) => `<a href="${name}">${name}</a>  16-Jun-2026 00:15  -`);
  return `<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href="../">../</a>\n${rows.join('\n')}\n</pre><hr></body></html>`;
}
