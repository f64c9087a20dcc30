import { expect, test } from 'vitest';
import { findDevice, parseFstab } from '../../src/disk/fstab.ts';
import type { ReadVolume } from '../../src/disk/read-volumes.ts';

const volumes: ReadVolume[] = [
  { about: { name: 'p1', sizeBytes: 1, uuid: 'AB-01', label: 'first' } },
  { about: { name: 'p2', sizeBytes: 1, fileSystem: { id: 'ext4', uuid: 'f00d', label: 'top' } } },
  { about: { name: 'my-group/root', sizeBytes: 1 } },
];

test('lines with a path, blanks written as numbers', () => {
  const text =
    '# x\n/dev/vda1 / ext4 rw,noatime 0 1\nLABEL=a\\040b /a\\040b/ xfs\nnone swap swap sw\n';
  expect(parseFstab(text)).toEqual([
    { device: '/dev/vda1', path: '/', options: ['rw', 'noatime'] },
    { device: 'LABEL=a b', path: '/a b', options: [''] },
  ]);
});

test.each([
  ['UUID=F00D', 'p2'],
  ['UUID="f00d"', 'p2'],
  ['LABEL=top', 'p2'],
  ['PARTUUID=ab-01', 'p1'],
  ['PARTLABEL=first', 'p1'],
  ['/dev/disk/by-label/top', 'p2'],
  ['/dev/sda1', 'p1'],
  ['/dev/nvme0n1p2', 'p2'],
  ['/dev/mapper/my--group-root', 'my-group/root'],
  ['/dev/my-group/root', 'my-group/root'],
  ['LABEL=gone', undefined],
  ['/dev/sda', undefined],
])('the device %s', (device, name) => {
  expect(findDevice(device, volumes)?.about.name).toBe(name);
});

test('words of a million letters are not accepted as names', () => {
  const dashes = `/dev/mapper/${'-'.repeat(1_000_000)}`;
  expect(findDevice(dashes, volumes)).toBeUndefined();
  expect(parseFstab(`/dev/vda1 ${'/'.repeat(1_000_000)}x ext4\n`)).toEqual([]);
});
