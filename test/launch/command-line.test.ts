import { describe, expect, test } from 'vitest';
import type { DiskContent, VolumeOnDisk } from '../../src/contracts/disk/opened-disk.ts';
import { addConsole, parameterOf, setParameter } from '../../src/launch/command-line.ts';
import type { RootForm } from '../../src/launch/hypervisor.ts';
import { fitRoot, rewriteRoot } from '../../src/launch/root-form.ts';

test.each([
  ['ro', 'ro console=ttyS0'],
  ['', 'console=ttyS0'],
  ['console=tty1 console=ttyS0,115200n8', 'console=tty1 console=ttyS0,115200n8'],
  ['console=ttyS0 console=tty0', 'console=ttyS0 console=tty0 console=ttyS0'],
  ['ro -- --user', 'ro console=ttyS0 -- --user'],
  ['a="-- b"', 'a="-- b" console=ttyS0'],
])('the console comes last: %j', (line, expected) => {
  expect(addConsole(line, 'ttyS0')).toBe(expected);
});

test('the last value of a parameter counts and is replaced; nothing else changes', () => {
  const line = 'root=a  x="b c root=d" root="LABEL=e f" ro -- root=g';
  expect(parameterOf(line, 'root')).toBe('"LABEL=e f"');
  expect(setParameter(line, 'root', 'h')).toBe('root=a x="b c root=d" root=h ro -- root=g');
  expect(setParameter('ro', 'root', 'h')).toBe('ro root=h');
});

const boot: VolumeOnDisk = { name: 'p1', number: 1, sizeBytes: 1 };
const root: VolumeOnDisk = {
  name: 'p2',
  number: 2,
  sizeBytes: 1,
  uuid: '329fe22a-02',
  label: 'my root init=/bin/sh',
  fileSystem: {
    id: 'ext4',
    label: 'cloudimg-rootfs',
    uuid: '0efefae8-c1bd-4dfb-a580-153367a3547b',
  },
};
const logical: VolumeOnDisk = {
  name: 'my-vg/root',
  sizeBytes: 1,
  fileSystem: { id: 'xfs', uuid: 'dd85fc5c-7c7a-4b6c-8d15-65e76afc1e6b' },
};
const disk: DiskContent = {
  scheme: 'gpt',
  volumes: [boot, root, logical],
  roots: [{ volume: 'p2' }],
  warnings: [],
};
const bare: DiskContent = {
  volumes: [root].map(({ number: _, uuid: _uuid, ...rest }) => ({ ...rest, name: 'disk' })),
  roots: [{ volume: 'disk' }],
  warnings: [],
};

describe('another form of root=', () => {
  test.each<[string, RootForm, string]>([
    ['root=LABEL=cloudimg-rootfs ro', 'partuuid', 'root=PARTUUID=329fe22a-02 ro'],
    ['root=/dev/vda2 ro', 'uuid', 'root=UUID=0efefae8-c1bd-4dfb-a580-153367a3547b ro'],
    ['root=/dev/nvme0n1p2', 'label', 'root=LABEL=cloudimg-rootfs'],
    ['root=UUID=0EFEFAE8-C1BD-4DFB-A580-153367A3547B', 'device', 'root=/dev/vda2'],
    ['root=/dev/disk/by-uuid/0efefae8-c1bd-4dfb-a580-153367a3547b', 'device', 'root=/dev/vda2'],
    ['root=/dev/mapper/my--vg-root', 'uuid', 'root=UUID=dd85fc5c-7c7a-4b6c-8d15-65e76afc1e6b'],
    ['ro', 'partuuid', 'ro root=PARTUUID=329fe22a-02'],
  ])('%s by %s', (line, form, expected) => {
    const { cmdline, root: change, warnings } = rewriteRoot(line, disk, form);
    expect(cmdline).toBe(expected);
    expect(change?.used).toBe(/root=(\S+)/.exec(expected)?.[1]);
    expect(change?.configured).toBe(/root=(\S+)/.exec(line)?.[1]);
    // Both forms are reported.
    expect(warnings.join()).toContain(`root=${change?.used}`);
  });

  test('a value that is already set stays, and nothing is reported', () => {
    expect(rewriteRoot('root=/dev/vda2', disk, 'device')).toEqual({
      cmdline: 'root=/dev/vda2',
      warnings: [],
    });
  });

  test.each<[string, RootForm, string]>([
    ['root=LABEL=other', 'uuid', 'does not name a volume of this disk'],
    ['root=/dev/mapper/my--vg-root', 'device', 'Use one of: uuid.'],
    // A label that would add a parameter.
    ['root=/dev/vda2', 'partlabel', 'Use one of: uuid, label, partuuid, device.'],
  ])('%s by %s is not found', (line, form, said) => {
    const refused = (): unknown => rewriteRoot(line, disk, form);
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_NOT_FOUND' }));
    try {
      refused();
    } catch (error) {
      expect(`${error} ${Object(error).hint}`).toContain(said);
    }
  });
});

describe('a virtual machine', () => {
  test.each<[string, boolean, string, DiskContent?]>([
    ['root=UUID=x ro', true, 'root=UUID=x ro'],
    ['root=PARTUUID=x', false, 'root=PARTUUID=x'],
    ['root=LABEL=cloudimg-rootfs', false, 'root=PARTUUID=329fe22a-02'],
    ['root=/dev/sda2', true, 'root=/dev/vda2'],
    ['root=/dev/mmcblk0p2', false, 'root=/dev/vda2'],
    ['root=/dev/xvda', true, 'root=/dev/vda'],
    ['root=/dev/mapper/my--vg-root', true, 'root=/dev/mapper/my--vg-root'],
    ['root=LABEL=cloudimg-rootfs', false, 'root=/dev/vda', bare],
    ['quiet', true, 'quiet'],
    ['', true, 'root=UUID=0efefae8-c1bd-4dfb-a580-153367a3547b'],
    ['', false, 'root=PARTUUID=329fe22a-02'],
  ])('%j with an initrd (%s) starts with %j', (line, hasInitrd, expected, of = disk) => {
    expect(fitRoot(line, of, hasInitrd).cmdline).toBe(expected);
  });

  test('a root that the kernel alone does not find gives a warning', () => {
    const { cmdline, warnings } = fitRoot('root=/dev/mapper/my--vg-root', disk, false);
    expect(cmdline).toBe('root=/dev/mapper/my--vg-root');
    expect(warnings).toEqual([expect.stringContaining('needs an initrd')]);
  });
});
