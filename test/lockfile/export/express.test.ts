import { expect, test } from 'vitest';
import type { ExportKind } from '../../../src/contracts/lock-export.ts';
import type { ExportPin } from '../../../src/lockfile/export/export-target.ts';
import { exportTargets } from '../../../src/lockfile/export/targets.ts';
import { packed, pin } from './pins.ts';

/** The form of a pin: `yes`, `local` if only the cached disk can be used, or `no`. */
function outcome(kind: ExportKind, one: ExportPin): string {
  const how = exportTargets[kind].express(one);
  if ('addresses' in how) return 'yes';
  return how.local ? 'local' : 'no';
}

test.each<[layers: string, lima: string, packer: string, proxmox: string]>([
  ['raw', 'yes', 'yes', 'yes'],
  ['qcow2', 'yes', 'yes', 'yes'],
  ['iso', 'yes', 'yes', 'yes'],
  ['vmdk', 'local', 'yes', 'yes'],
  ['vhd', 'local', 'yes', 'no'],
  ['vdi', 'local', 'yes', 'no'],
  ['gz>raw', 'yes', 'yes', 'yes'],
  ['bz2>qcow2', 'yes', 'yes', 'yes'],
  ['zst>raw', 'yes', 'yes', 'yes'],
  ['gz>vmdk', 'local', 'yes', 'no'],
  ['xz>raw', 'yes', 'yes', 'no'],
  ['lz4>raw', 'local', 'local', 'no'],
  ['xz>tar>raw', 'local', 'local', 'no'],
  ['zip>raw', 'local', 'local', 'no'],
  ['ova', 'local', 'local', 'no'],
  ['gz>gz>raw', 'local', 'local', 'no'],
])(
  '%s: Lima %s, Packer %s, Proxmox %s, libvirt from the cache',
  (layers, lima, packer, proxmox) => {
    const one = packed(layers.split('>'));
    expect(outcome('lima', one)).toBe(lima);
    expect(outcome('packer', one)).toBe(packer);
    expect(outcome('terraform-proxmox', one)).toBe(proxmox);
    expect(outcome('terraform-libvirt', one)).toBe('local');
    expect(outcome('json', one)).toBe('yes');
  },
);

test.each<[fileName: string, outcome: string]>([
  ['disk.qcow2', 'yes'],
  ['disk-1.2.IMG', 'yes'],
  ['disk.raw.gz', 'yes'],
  ['disk.raw.xz', 'no'],
  ['disk.tar.gz', 'no'],
  ['disk.gz', 'no'],
  ['disk', 'no'],
])('without layers the name %s decides for Proxmox: %s', (fileName, expected) => {
  const one = pin({ layers: [], fileName, url: `https://images.acme.example/${fileName}` });
  expect(outcome('terraform-proxmox', one)).toBe(expected);
});

test('an address that would be unpacked in another way is left out', () => {
  const url = 'https://images.acme.example/download/42';
  const mirror = 'https://mirror.acme.example/acme.raw.xz';
  const one = pin({ layers: ['xz', 'raw'], url, mirrors: [mirror, `${mirror}.zip`] });
  for (const kind of ['lima', 'packer'] as const) {
    expect(exportTargets[kind].express(one)).toEqual({ addresses: [mirror] });
  }
  const none = pin({ layers: ['xz', 'raw'], url });
  expect(exportTargets.lima.express(none)).toEqual({
    because: 'Lima does not unpack xz>raw of that name',
    local: true,
  });
});

test('Packer reads the text after // as a folder', () => {
  const url = 'https://images.acme.example/1//acme.qcow2';
  expect(outcome('packer', pin({ url }))).toBe('local');
  expect(outcome('lima', pin({ url }))).toBe('yes');
});

test('Lima supports six architectures', () => {
  expect(exportTargets.lima.express(pin({}, { arch: 'loong64' }))).toEqual({
    because: 'Lima has no machines with loong64',
    local: false,
  });
  expect(outcome('lima', pin({}, { arch: 'arm' }))).toBe('yes');
});
