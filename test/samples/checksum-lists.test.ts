import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseChecksums, parseList, parseRecord, parseText, pickChecksum } from '../../src/kit.ts';
import { readSample, samples } from './read-samples.ts';

const listName =
  /(?:SHA(?:256|512)(?:SUMS?)?|CHECKSUM|sha256|sha512|sha256sum\.txt|Release\.11\.1)$/;

const lists =
  samples === undefined
    ? []
    : readdirSync(join(samples, 'upstream'), { recursive: true, encoding: 'utf8' })
        .filter((name) => listName.test(name))
        .map((name) => `upstream/${name}`)
        .sort();

/** File name to the digests that were pinned under it. */
function pinsByName(): Map<string, Set<string>> {
  const pins = new Map<string, Set<string>>();
  for (const row of readSample('upstream/pins.lima.tsv').split('\n').slice(1)) {
    const [, , address, digest] = row.split('\t');
    const name = address?.split('/').at(-1);
    if (name === undefined || digest === undefined) continue;
    pins.set(name, (pins.get(name) ?? new Set()).add(digest));
  }
  return pins;
}

function pinOf(ending: string): string | undefined {
  const rows = readSample('upstream/pins.lima.tsv').split('\n');
  return rows.find((row) => row.split('\t')[2]?.endsWith(ending))?.split('\t')[3];
}

/** The signed text of a clear-signed document; its signature is not checked here. */
function bodyOf(text: string): string {
  if (!text.startsWith('-----BEGIN PGP SIGNED MESSAGE-----')) return text;
  return text.slice(text.indexOf('\n\n') + 2, text.indexOf('\n-----BEGIN PGP SIGNATURE-----'));
}

describe.skipIf(samples === undefined)('captured lists', () => {
  test('their number is unchanged', () => {
    expect(lists.length).toBeGreaterThanOrEqual(27);
  });

  test.each(lists)('%s: every line is understood', (path) => {
    const text = readSample(path);
    const list = parseChecksums(bodyOf(text), { from: path });
    const lines = text.split('\n').filter((line) => /\b[0-9a-f]{64,}\b/.test(line));
    expect(list.skipped).toBe(0);
    expect(list.entries).toHaveLength(lines.length);
    for (const { name } of list.entries) {
      if (name !== undefined) expect(pickChecksum(list, name, path).digests).toHaveLength(1);
    }
  });

  test('file names that identify a build have the digest that others pinned', () => {
    const pins = pinsByName();
    let compared = 0;
    for (const path of lists) {
      const list = parseChecksums(bodyOf(readSample(path)));
      for (const { name } of list.entries) {
        const pinned = name === undefined ? undefined : pins.get(name);
        if (name === undefined || pinned?.size !== 1) continue;
        expect(pickChecksum(list, name, path).digests).toEqual([...pinned]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(7);
  });

  test.each([
    [
      'ubuntu/noble_20260705.SHA256SUMS',
      'noble-server-cloudimg-arm64.img',
      'noble/release-20260705/ubuntu-24.04-server-cloudimg-arm64.img',
    ],
    [
      'ubuntu/noble_20260705.SHA256SUMS',
      'noble-server-cloudimg-s390x.img',
      'noble/release-20260705/ubuntu-24.04-server-cloudimg-s390x.img',
    ],
    [
      'debian/bookworm_latest.2025-07.SHA512SUMS',
      'debian-12-genericcloud-arm64.qcow2',
      'debian-12-genericcloud-arm64-20250703-2162.qcow2',
    ],
    [
      'rocky/Rocky-10-GenericCloud-Base.latest.aarch64.qcow2.excerpt.CHECKSUM',
      'Rocky-10-GenericCloud-Base.latest.aarch64.qcow2',
      'Rocky-10-GenericCloud-Base-10.1-20251116.0.aarch64.qcow2',
    ],
  ])('%s: %s is the dated build', (path, name, address) => {
    const list = parseChecksums(readSample(`upstream/${path}`));
    expect(pickChecksum(list, name, path).digests).toEqual([pinOf(address)]);
  });

  test('sizes are in bytes or absent', () => {
    const size = (path: string, name: string) =>
      pickChecksum(parseChecksums(bodyOf(readSample(`upstream/${path}`))), name, path).sizeBytes;
    expect(
      size(
        'fedora/Fedora-Cloud-44-1.7-aarch64-CHECKSUM',
        'Fedora-Cloud-Base-Generic-44-1.7.aarch64.qcow2',
      ),
    ).toBe(528154624);
    expect(
      size(
        'centos-stream/8-stream_x86_64.2022-01.CHECKSUM',
        'CentOS-Stream-GenericCloud-8-20200113.0.x86_64.qcow2',
      ),
    ).toBeUndefined();
    expect(size('debian/dists_bullseye_Release.11.1', 'contrib/Contents-all')).toBe(738242);
  });

  test('clear-signed ones are refused in their signed form', () => {
    const signed = lists.filter((path) => readSample(path).startsWith('-----BEGIN PGP SIGNED'));
    signed.push('upstream/debian/dists_sid_InRelease.2026-10-30');
    expect(signed.length).toBeGreaterThanOrEqual(2);
    for (const path of signed) {
      expect(() => parseChecksums(readSample(path))).toThrow(/clear-signed/);
    }
  });

  test('signed lists give the digests in their cases', () => {
    const root = parseRecord(JSON.parse(readSample('signed/cases.json')), 'cases');
    let compared = 0;
    for (const value of parseList(root['cases'], 'cases')) {
      const one = parseRecord(value, 'case');
      const verdict = parseText(one['expect'], 'expect');
      if (one['pick'] === undefined || verdict !== 'valid') continue;
      const id = parseText(one['id'], 'id');
      const [file = ''] = Object.keys(parseRecord(one['files'], 'files'));
      const list = parseChecksums(bodyOf(readSample(`signed/${id}/${file}`)), { from: id });
      for (const [name, hex] of Object.entries(parseRecord(one['pick'], 'pick'))) {
        const { digests } = pickChecksum(list, name, id);
        expect(digests.map((digest) => digest.slice(digest.indexOf(':') + 1))).toContain(hex);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(6);
  });

  test('two digests for one name in a signed list are an error', () => {
    const list = parseChecksums(readSample('signed/synthetic-duplicate-conflict/SHA256SUMS'));
    expect(() => pickChecksum(list, 'demo-1.0-x86_64.qcow2', 'SHA256SUMS')).toThrow(
      /more than once/,
    );
  });
});
