import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createSeed, type SeedOptions } from '../../src/index.ts';
import { planNoCloud } from '../../src/seed/nocloud.ts';
import type { SeedFolder } from '../../src/seed/tree.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} somebody@example`;
const talos = 'version: v1alpha1\nmachine:\n  type: worker\ncluster: {}\n';

function textOf(files: SeedFolder, name: string): string {
  return Buffer.from((files[name] as Uint8Array | undefined) ?? []).toString();
}

describe('NoCloud', () => {
  test('user data unchanged, and an instance id derived from the content', async () => {
    const userData = '#cloud-config\r\npackages: [nginx]\r\n';
    const { files, instanceId } = await planNoCloud({ userData });
    expect(textOf(files, 'user-data')).toBe(userData);
    expect(parse(textOf(files, 'meta-data'))).toEqual({ 'instance-id': instanceId });
    expect(instanceId).toMatch(/^iid-[0-9a-f]{16}$/);
    expect((await planNoCloud({ userData })).instanceId).toBe(instanceId);
    const other = await planNoCloud({ userData: '#cloud-config\n{}\n' });
    expect(other.instanceId).not.toBe(instanceId);
    const network = await planNoCloud({ userData, networkConfig: 'version: 2\nethernets: {}\n' });
    expect(network.instanceId).not.toBe(instanceId);
    expect(Object.keys(files).sort()).toEqual(['meta-data', 'user-data']);
  });

  test('meta data of the caller stays unchanged, with its instance id', async () => {
    const metaData = '# ours\ninstance-id: web-1\n';
    const own = await planNoCloud({ userData: '', metaData });
    expect(textOf(own.files, 'meta-data')).toBe(metaData);
    expect(own.instanceId).toBe('web-1');
    const without = await planNoCloud({ userData: '', metaData: 'local-hostname: web\n' });
    expect(parse(textOf(without.files, 'meta-data'))).toEqual({
      'instance-id': without.instanceId,
      'local-hostname': 'web',
    });
  });

  test('the short form', async () => {
    const { files } = await planNoCloud({ hostname: 'web-1.example', sshKeys: [`${key}\n`] });
    expect(textOf(files, 'user-data')).toMatch(/^#cloud-config\n/);
    expect(parse(textOf(files, 'user-data'))).toEqual({
      hostname: 'web-1.example',
      ssh_authorized_keys: [key],
    });
    expect(parse(textOf(files, 'meta-data'))).toMatchObject({ 'local-hostname': 'web-1.example' });
    const named = await planNoCloud({ sshKeys: [key], user: 'ops' });
    expect(parse(textOf(named.files, 'user-data')).users).toMatchObject([
      { name: 'ops', ssh_authorized_keys: [key] },
    ]);
  });

  test.each([
    '#!/bin/sh\necho one\n',
    '#include\nhttps://example.org/one\n',
    '## template: jinja\n#cloud-config\n{}\n',
    'Content-Type: multipart/mixed; boundary="x"\r\n\r\n',
    '#cloud-config\n# nothing yet\n',
    '',
  ])('user data %j is recognised', async (userData) => {
    const { format, label, bytes } = await createSeed({ userData });
    expect({ format, label }).toEqual({ format: 'iso9660', label: 'cidata' });
    expect(bytes.length % 2048).toBe(0);
  });

  test('gzip, and a FAT file system', async () => {
    const seed = await createSeed({ userData: new Uint8Array([0x1f, 0x8b, 8]), vfat: true });
    expect(seed).toMatchObject({ kind: 'nocloud', format: 'vfat', label: 'CIDATA' });
  });
});

describe('other systems', () => {
  test('Ignition is passed by fw_cfg; Flatcar has its own key', async () => {
    const userData = '{"ignition":{"version":"3.4.0"}}';
    const guest = { seed: 'ignition' } as const;
    const coreos = await createSeed({ userData, guest });
    expect(coreos).toMatchObject({ format: 'json', fwCfg: 'opt/com.coreos/config' });
    expect(Buffer.from(coreos.bytes).toString()).toBe(userData);
    const flatcar = await createSeed({
      userData: '{"ignition":{"version":"2.3.0"}}',
      guest,
      vendor: 'flatcar',
    });
    expect(flatcar.fwCfg).toBe('opt/org.flatcar-linux/config');
  });

  test('Combustion is a disc with its own label', async () => {
    const seed = await createSeed({ kind: 'combustion', userData: '#!/bin/sh\n' });
    expect(seed).toMatchObject({
      format: 'iso9660',
      label: 'combustion',
      fwCfg: 'opt/org.opensuse.combustion/script',
    });
  });

  test('Talos reads its machine configuration from a NoCloud disc', async () => {
    const seed = await createSeed({ guest: { seed: 'talos' }, userData: talos });
    expect(seed).toMatchObject({ kind: 'talos', format: 'iso9660', label: 'cidata' });
    expect(Buffer.from(seed.bytes).includes(talos)).toBe(true);
  });
});

const refused: [string, object, RegExp][] = [
  ['nothing', {}, /userData: missing/],
  ['no object', null as never, /options/],
  ['a misspelt option', { userdata: 'x' }, /unknown option "userdata"/],
  ['a number', { userData: 5 }, /userData must be a text or bytes/],
  ['no form', { userData: 'packages: [nginx]\n' }, /the first line/],
  ['YAML that is none', { userData: '#cloud-config\na: [1, 2\n' }, /userData: not valid YAML/],
  ['a list', { userData: '#cloud-config\n- a\n' }, /userData: not a mapping/],
  ['a key twice', { userData: '#cloud-config\na: 1\na: 2\n' }, /userData: not valid YAML/],
  ['a script with CR LF', { userData: '#!/bin/sh\r\necho\r\n' }, /end with CR LF/],
  ['bytes that are no text', { userData: new Uint8Array([0xff, 0xfe, 0]) }, /not UTF-8 text/],
  ['a text with a zero', { userData: '#cloud-config\na: "\0"\n' }, /userData: not UTF-8 text/],
  ['a byte order mark', { userData: Buffer.from('\uFEFF#cloud-config\n{}\n') }, /byte order mark/],
  ['one in the meta data', { userData: '', metaData: '\uFEFFinstance-id: a\n' }, /byte order mark/],
  ['meta data that is none', { userData: '', metaData: 'a: [' }, /metaData: not valid YAML/],
  ['an id that is no text', { userData: '', metaData: 'instance-id: 5' }, /instance-id/],
  ['a network of no version', { userData: '', networkConfig: 'ethernets: {}' }, /neither 1 nor/],
  ['both ways', { userData: '', hostname: 'a' }, /beside hostname/],
  ['a bad host name', { hostname: 'a b' }, /hostname: not a valid/],
  ['a bad user', { user: 'Root!' }, /user: not a valid/],
  ['a private key', { sshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] }, /private key/],
  ['no key', { sshKeys: ['hello'] }, /not an OpenSSH/],
  ['a key that ends the line', { sshKeys: [`${key}\n- x`] }, /not an OpenSSH/],
  ['more than 10 MiB', { userData: Buffer.alloc(10 * 1024 * 1024 + 1, 35) }, /above the limit/],
  [
    'more than 10 MiB in all',
    {
      userData: `#cloud-config\n#${' '.repeat(10 * 1024 * 1024 - 100)}`,
      vendorData: 'a'.repeat(100),
    },
    /above the limit/,
  ],
  ['an unknown kind', { kind: 'kickstart', userData: '' }, /kind: unknown kind/],
  [
    'another kind',
    { kind: 'nocloud', guest: { seed: 'ignition' }, userData: '' },
    /reads ignition/,
  ],
  ['no agent', { guest: { seed: 'none' }, userData: '' }, /does not read a seed/],
  ['Butane', { kind: 'ignition', userData: 'variant: fcos\nversion: 1.5.0\n' }, /not valid JSON/],
  ['other JSON', { kind: 'ignition', userData: '{}' }, /ignition.version is missing/],
  ['old Ignition', { kind: 'ignition', userData: '{"ignition":{"version":"2.2.0"}}' }, /version/],
  ['parts without a place', { kind: 'ignition', userData: '{}', metaData: '' }, /cannot hold/],
  ['no script', { kind: 'combustion', userData: 'echo' }, /not a script/],
  ['cloud-init for Talos', { kind: 'talos', userData: '#cloud-config\n' }, /cloud-init/],
  ['no machine', { kind: 'talos', userData: 'a: 1\n' }, /not a Talos/],
];

test.each(refused)('%s is refused', async (_, options, message) => {
  const error: unknown = await createSeed(options as SeedOptions).catch((reason) => reason);
  expect(error).toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/^[A-Z].+[.?]$/),
  });
});
