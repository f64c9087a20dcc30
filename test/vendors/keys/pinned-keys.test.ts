import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { almalinuxKeys } from '../../../vendors/keys/almalinux.ts';
import { centosKeys } from '../../../vendors/keys/centos.ts';
import { debianArchiveKeys } from '../../../vendors/keys/debian.ts';
import { everyKey } from '../../../vendors/keys/every-key.ts';
import { fedoraKeys } from '../../../vendors/keys/fedora.ts';
import { fedoraCoreosKeys } from '../../../vendors/keys/fedora-coreos.ts';
import { freebsdKeys } from '../../../vendors/keys/freebsd.ts';
import { openbsdKeys } from '../../../vendors/keys/openbsd.ts';
import type { PinnedKey } from '../../../vendors/keys/pinned-key.ts';
import { readFacts } from '../../../vendors/keys/refresh/key-facts.ts';
import { readKeyring } from '../../../vendors/keys/refresh/keyring.ts';
import { parseMaterial } from '../../../vendors/keys/refresh/material-file.ts';
import { rockyKeys } from '../../../vendors/keys/rocky.ts';
import { talosSigner } from '../../../vendors/keys/talos.ts';
import { readKeys as readOpenpgpKeys } from '../../../verifiers/openpgp/index.ts';
import { readSignifyKeys } from '../../../verifiers/signify/index.ts';

const day = 86_400_000;
const materialFolder = fileURLToPath(new URL('../../../vendors/keys/material', import.meta.url));

/** Hosts that serve a vendor's images, with the paths below them; a key from there would prove nothing. */
const imageHosts: Record<string, string[]> = {
  alpine: ['dl-cdn.alpinelinux.org'],
  arch: ['pkgbuild.com', 'gitlab.archlinux.org'],
  flatcar: ['release.flatcar-linux.net'],
  freebsd: ['download.freebsd.org', 'ftp-archive.freebsd.org', 'www.freebsd.org'],
  gentoo: ['distfiles.gentoo.org'],
  kali: ['kali.download', 'cdimage.kali.org'],
};

const pins = Object.entries(everyKey).flatMap(([vendor, keys]) =>
  keys.map((pin) => ({ vendor, pin, title: `${vendor} ${pin.fingerprint}` })),
);
const shipped = pins.filter(({ pin }) => pin.key !== undefined);
const isSignify = (pin: PinnedKey) => pin.fingerprint.length === 16;

async function loadKey(pin: PinnedKey): Promise<string> {
  return typeof pin.key === 'function' ? await pin.key() : (pin.key ?? '');
}

describe('shipped keys', () => {
  test.each(shipped)('$title is in its file', async ({ pin }) => {
    const text = await loadKey(pin);
    const found = isSignify(pin)
      ? readSignifyKeys(text).keys.map(({ id }) => id)
      : readOpenpgpKeys(text).keys.map(({ fingerprint }) => fingerprint);
    expect(found).toEqual([pin.fingerprint]);
  });

  test.each(shipped)('$title expires when the data say', async ({ pin }) => {
    const [key] = readKeyring(Buffer.from(await loadKey(pin)));
    const facts = key && readFacts(key);
    expect(facts?.expires).toBe(pin.expires);
    expect(Object.keys(facts?.subkeys ?? {})).toEqual(expect.arrayContaining(pin.subkeys ?? []));
    expect(facts?.revoked).toBe(false);
  });

  test('every file of material belongs to one pin', async () => {
    const files = readdirSync(materialFolder).map((name) =>
      parseMaterial(readFileSync(`${materialFolder}/${name}`, 'utf8')),
    );
    const used = await Promise.all(shipped.map(({ pin }) => loadKey(pin)));
    expect(used.sort()).toEqual(files.sort());
  });
});

describe('every pinned key', () => {
  const needed = pins.filter(({ pin }) => pin.expires !== undefined && pin.retired === undefined);

  // If this fails, docs/keys.md says what to do.
  test.each(needed)('$title is valid for at least 60 more days', ({ pin }) => {
    const until = new Date(`${pin.expires}T00:00:00Z`).getTime();
    expect(until, `expires ${pin.expires}`).toBeGreaterThan(Date.now() + 60 * day);
  });

  test.each(pins)('$title has a full fingerprint and a source', ({ pin }) => {
    expect(pin.fingerprint).toMatch(/^(?:[0-9A-F]{16}|[0-9A-F]{40})$/);
    expect(pin.origin).toMatch(/2026-\d\d-\d\d/);
    expect(pin.usedFor).not.toBe('');
    const isObtainable = pin.key !== undefined || pin.urls !== undefined;
    expect(isObtainable || pin.origin.includes('give the key yourself')).toBe(true);
  });

  test('none is pinned for two vendors', () => {
    const fingerprints = pins.map(({ pin }) => pin.fingerprint);
    expect(fingerprints.filter((one, at) => fingerprints.indexOf(one) !== at)).toEqual([]);
  });
});

const fetched = pins.filter(({ pin }) => pin.urls !== undefined);

test.each(fetched)('$title is fetched from another host than the images', ({ vendor, pin }) => {
  const hosts = imageHosts[vendor];
  expect(hosts, `add the image hosts of ${vendor}`).toBeDefined();
  for (const url of pin.urls ?? []) {
    expect(url.protocol).toBe('https:');
    const isImageHost = hosts?.some((host) => url.host === host || url.host.endsWith(`.${host}`));
    expect(isImageHost, url.href).toBe(false);
  }
  // The number of a signify or minisign key is not a hash of it: the server of the key can choose it.
  expect(isSignify(pin)).toBe(false);
});

describe('keys are scoped to a release', () => {
  const namesOf = (keys: readonly PinnedKey[]) =>
    keys.map(({ fingerprint }) => fingerprint.slice(-8));

  test.each([
    ['fedora 44', fedoraKeys('44'), ['6D9F90A6']],
    ['fedora 99', fedoraKeys('99'), []],
    ['fedora-coreos 44.20260905.3.0', fedoraCoreosKeys('44.20260905.3.0'), ['6D9F90A6']],
    ['fedora-coreos stable', fedoraCoreosKeys('stable'), []],
    ['almalinux 8', almalinuxKeys('8'), ['CED7258B', '3ABB34F8']],
    ['almalinux 9', almalinuxKeys('9'), ['B86B3716']],
    ['rocky 10', rockyKeys('10'), ['6FEDFC85']],
    ['centos 7', centosKeys('7'), ['F4A80EB5']],
    ['centos 9-stream', centosKeys('9-stream'), []],
    ['debian trixie', debianArchiveKeys('trixie'), ['75B188BD', 'B2C39DE4']],
    ['debian forky', debianArchiveKeys('forky'), ['75B188BD']],
    ['debian buster', debianArchiveKeys('buster'), []],
    ['openbsd 7.6', openbsdKeys('7.6'), ['99BABCA2']],
    ['freebsd 10.2', freebsdKeys('10.2'), ['A0B946A3']],
    ['freebsd 10.4', freebsdKeys('10.4'), []],
    ['freebsd 13.1', freebsdKeys('13.1'), ['A0B946A3']],
    ['freebsd 13.5', freebsdKeys('13.5'), ['2E65AD3F']],
    ['freebsd 14.0', freebsdKeys('14.0'), ['A0B946A3', '2E65AD3F']],
    ['freebsd 14.1', freebsdKeys('14.1'), ['2E65AD3F']],
    ['freebsd 15.1', freebsdKeys('15.1'), ['2E65AD3F']],
  ])('%s', (_, keys, expected) => {
    expect(namesOf(keys)).toEqual(expected);
  });

  test.each([
    ['somebody@siderolabs.com', true],
    ['releasemgr-svc@talos-production.iam.gserviceaccount.com', true],
    ['somebody@siderolabs.com.example', false],
    ['somebody@example@siderolabs.com', false],
    ['x-releasemgr-svc@talos-production.iam.gserviceaccount.com', false],
    ['somebody@siderolabsxcom', false],
  ])('talos: %s', (identity, isSigner) => {
    expect(new RegExp(talosSigner.identity, 'u').test(identity)).toBe(isSigner);
  });
});
