import { execFileSync } from 'node:child_process';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import type { DiskContent } from '../../src/contracts/disk/opened-disk.ts';
import { describeLaunch, loadsKernel, splitKind } from '../../src/launch/describe-launch.ts';
import type { DirectBoot, HypervisorId } from '../../src/launch/hypervisor.ts';
import { quoteWord } from '../../src/launch/shell-words.ts';

const content: DiskContent = { volumes: [], roots: [], warnings: [] };
const awkward = `/var/lib/a b/it's, "the" <disk> & $HOME [1].raw`;
const machine: DirectBoot = {
  arch: 'amd64',
  kernel: '/boot files/vmlinuz $x',
  initrd: "/boot files/it's.img",
  cmdline: 'root=PARTUUID=0b-02 ro init="/bin/a b" v=\'$(id)\' <&> console=ttyS0',
  disk: { path: awkward, readOnly: false },
};

function write(to: HypervisorId, change: Partial<DirectBoot> = {}): string {
  return describeLaunch(to, { ...machine, ...change }, content).launch.text;
}

/** The words that a shell reads from a command. */
function split(text: string): string[] {
  const script = `set -- ${text}\nfor word do printf '%s\\0' "$word"; done`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

function behind(words: readonly string[], option: string): string | undefined {
  return words[words.indexOf(option) + 1];
}

test.each(['', "'", "a'b", '~', '=x', 'a=b', '$(id)', '`id`', '!!', 'a\nb', '*', '#x', '\\', 'ä'])(
  'a shell reads %j back as one word',
  (word) => {
    expect(split(quoteWord(word))).toEqual([word]);
  },
);

describe('qemu', () => {
  test('the words of the command are those of the machine', () => {
    const words = split(write('qemu'));
    expect(words[0]).toBe('qemu-system-x86_64');
    expect(behind(words, '-kernel')).toBe(machine.kernel);
    expect(behind(words, '-initrd')).toBe(machine.initrd);
    expect(behind(words, '-append')).toBe(machine.cmdline);
    const drive = `file=${awkward.replace(',', ',,')},format=raw,if=virtio`;
    expect(behind(words, '-drive')).toBe(drive);
  });

  test('a disk of the cache is read-only, and a kernel alone is enough', () => {
    const words = split(
      describeLaunch(
        'qemu',
        {
          arch: 'arm64',
          kernel: '/k',
          cmdline: 'root=/dev/vda1',
          disk: { path: '/d', readOnly: true },
        },
        content,
      ).launch.text,
    );
    expect(words.slice(0, 5)).toEqual([
      'qemu-system-aarch64',
      '-machine',
      'virt,accel=kvm:tcg',
      '-cpu',
      'max',
    ]);
    expect(behind(words, '-drive')).toBe('file=/d,format=raw,if=virtio,snapshot=on');
    expect(words).not.toContain('-initrd');
  });
});

test('firecracker: the configuration is JSON, and Firecracker itself adds no root=', () => {
  expect(JSON.parse(write('firecracker'))).toEqual({
    'boot-source': {
      kernel_image_path: machine.kernel,
      initrd_path: machine.initrd,
      boot_args: machine.cmdline,
    },
    drives: [
      { drive_id: 'rootfs', path_on_host: awkward, is_root_device: false, is_read_only: false },
    ],
    'machine-config': { vcpu_count: 2, mem_size_mib: 1024 },
  });
});

test('cloud-hypervisor: a path with commas and brackets is quoted for its own parser', () => {
  const words = split(write('cloud-hypervisor', { disk: { path: '/a,[b]', readOnly: true } }));
  expect(words[0]).toBe('cloud-hypervisor');
  expect(behind(words, '--disk')).toBe('path="/a,[b]",image_type=raw,readonly=on');
  expect(behind(words, '--kernel')).toBe(machine.kernel);
  expect(behind(words, '--initramfs')).toBe(machine.initrd);
  expect(behind(words, '--cmdline')).toBe(machine.cmdline);
});

describe('libvirt', () => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });

  test('the domain is the same after it was parsed', () => {
    const { domain } = parser.parse(write('libvirt', { disk: { path: awkward, readOnly: true } }));
    expect(domain.name).toBe(`it's, "the" <disk> & $HOME [1]`.replace(/^.*\//, ''));
    expect(domain.os).toMatchObject({
      type: { '#text': 'hvm', arch: 'x86_64', machine: 'q35' },
      kernel: machine.kernel,
      initrd: machine.initrd,
      cmdline: machine.cmdline,
    });
    expect(domain.devices.disk).toMatchObject({
      driver: { name: 'qemu', type: 'raw' },
      source: { file: awkward },
      target: { dev: 'vda', bus: 'virtio' },
      readonly: '',
    });
  });

  test('characters that XML cannot hold are left out, and a line break stays one', () => {
    const text = write('libvirt', {
      cmdline: 'a=\u0007b',
      disk: { path: '/a\nb', readOnly: false },
    });
    expect(parser.parse(text).domain.os.cmdline).toBe('a=b');
    expect(text).toContain("<source file='/a&#10;b'/>");
  });
});

test.each<[HypervisorId, string, boolean]>([
  ['qemu', 'bzimage/amd64', true],
  ['qemu', 'gzip(image)/arm64', true],
  ['qemu', 'gzip(image/arm64)', true],
  ['qemu', 'efi-zboot(zstd)/arm64', false],
  ['qemu', 'bzimage', false],
  ['firecracker', 'bzimage/amd64', false],
  ['firecracker', 'elf/amd64', true],
  ['firecracker', 'image/arm64', true],
  ['firecracker', 'gzip(image)/arm64', false],
  ['cloud-hypervisor', 'bzimage/amd64', true],
  ['cloud-hypervisor', 'gzip(image)/arm64', false],
  ['libvirt', 'image/riscv64', true],
  ['libvirt', 'elf/s390x', false],
])('%s loads %s: %s', (to, kind, loads) => {
  expect(loadsKernel(to, kind)).toBe(loads);
});

test('the kind is found from the architecture, at any place', () => {
  expect(splitKind('gzip(image/arm64)')).toEqual({ kind: 'gzip(image)', arch: 'arm64' });
  expect(splitKind('bzimage/386')).toEqual({ kind: 'bzimage', arch: '386' });
  expect(splitKind('unknown')).toEqual({ kind: 'unknown' });
});

test('a console that is missing, and a disk of the cache, are warnings', () => {
  const quiet = { ...machine, cmdline: 'ro', disk: { path: '/d', readOnly: true } };
  expect(describeLaunch('firecracker', { ...quiet, arch: 'arm64' }, content).warnings).toEqual([
    'the command line has no console=ttyS0: add it with console (--console)',
    expect.stringContaining('/d is a disk of the cache'),
  ]);
});
