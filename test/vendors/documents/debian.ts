import { readFileSync } from 'node:fs';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';

export const dists: string = 'https://ftp.debian.org/debian/dists/';
export const cloud: string = 'https://cloud.debian.org/images/cloud/';
export const latest: string = `${cloud}trixie/latest/debian-13-genericcloud-amd64.json`;

const signer = createOpenpgpSigner();

/** A `Release` file in the form of `InRelease`. */
export function sign(release: string): string {
  return signer.clearsign(release);
}

export function read(name: string): string {
  return readFileSync(new URL(`../../fixtures/debian/${name}`, import.meta.url), 'utf8');
}

const suites = {
  trixie: ['stable', 'trixie'],
  bookworm: ['oldstable', 'bookworm'],
  forky: ['testing', 'forky'],
  sid: ['unstable', 'sid'],
  'trixie-backports': ['stable-backports', 'trixie-backports'],
};
/** The archive and the tree of images in November 2026. */
export const documents: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(suites).flatMap(([codename, names]) =>
      names.map((name) => [`${dists}${name}/InRelease`, sign(read(`${codename}.Release`))]),
    ),
  ),
  [cloud]: read('cloud.listing'),
  [latest]: read('trixie-genericcloud-amd64.json'),
  [`${cloud}trixie/latest/debian-13-azure-amd64.json`]: read('trixie-azure-amd64.json'),
  [`${cloud}trixie/`]: read('trixie-nginx.listing'),
  [`${cloud}trixie/20260712-2537/SHA512SUMS`]: read('trixie-20260712-2537.SHA512SUMS'),
  [`${cloud}bookworm/`]: read('bookworm.listing'),
  ...Object.fromEntries(
    ['20260712-2537', '20230802-1460', '2023230723-1450'].map((serial) => [
      `${cloud}bookworm/${serial}/SHA512SUMS`,
      read(`bookworm-${serial}.SHA512SUMS`),
    ]),
  ),
  [`${cloud}forky/daily/latest/debian-14-genericcloud-amd64-daily.json`]: read(
    'forky-genericcloud-amd64-daily.json',
  ),
  [`${cloud}sid/daily/latest/debian-sid-generic-arm64-daily.json`]: read(
    'sid-generic-arm64-daily.json',
  ),
};

export const origins: string[] = ['https://cloud.debian.org/', 'https://ftp.debian.org/'];
