import { type Documents, readFixture, serveDocuments } from '../every/serve-documents.ts';

const cdn = 'https://dl-cdn.alpinelinux.org/alpine/';
export const index = 'https://alpinelinux.org/releases.json';
export const cloud = (branch: string): string => `${cdn}v${branch}/releases/cloud/`;
export const origins: string[] = ['https://alpinelinux.org/', 'https://dl-cdn.alpinelinux.org/'];

/** An index and the two branches that have images. */
export async function startAlpine(): Promise<Documents> {
  return serveDocuments(origins, {
    [index]: await readFixture('alpine/releases.json'),
    [cloud('3.24')]: await readFixture('alpine/v3.24-cloud.listing'),
    [cloud('3.23')]: await readFixture('alpine/v3.23-cloud.listing'),
  });
}

/** A folder listing in the form of nginx. */
export function listFiles(names: string[]): string {
  const rows = names.map((name) => `<a href="${name}">${name}</a>  02-Oct-2026 16:05  184549376`);
  return `<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre><a href="../">../</a>\n${rows.join('\n')}\n</pre><hr></body></html>`;
}
