import { expect, test } from 'vitest';
import { nameForeignContent } from '../../src/image/foreign-content.ts';

type Bytes = string | readonly number[];

/** 128 KiB of zeros with some bytes written into them, or only text. */
function bytesWith(content: Bytes | Record<number, Bytes>, length = 128 * 1024): Uint8Array {
  const parts = typeof content === 'string' || Array.isArray(content) ? { 0: content } : content;
  const bytes = Buffer.alloc(length);
  for (const [offset, value] of Object.entries(parts)) {
    bytes.set(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, Number(offset));
  }
  return bytes;
}

const text = (content: string): Uint8Array => Buffer.from(content);
const qcow = [0x51, 0x46, 0x49, 0xfb, 0, 0, 0];

const images: [string, string, Uint8Array, id: string][] = [
  ['qcow2 image', 'format-mismatch', bytesWith([...qcow, 3]), 'qcow2'],
  ['qcow2 image', 'format-mismatch', bytesWith([...qcow, 2]), 'qcow2'],
  ['VMDK image', 'format-mismatch', bytesWith('KDMV\x01\0\0\0'), 'vmdk'],
  ['VHD image', 'format-mismatch', bytesWith('conectix'), 'vhd'],
  ['VHDX image', 'format-mismatch', bytesWith('vhdxfile'), 'vhdx'],
  [
    'VDI image',
    'format-mismatch',
    bytesWith({ 0: '<<< Oracle VM', 64: [0x7f, 0x10, 0xda, 0xbe] }),
    'vdi',
  ],
  ['Android sparse image', 'format-mismatch', bytesWith([0x3a, 0xff, 0x26, 0xed]), 'simg'],
  ['gzip file', 'format-mismatch', bytesWith([0x1f, 0x8b, 8]), 'gz'],
  ['bzip2 file', 'format-mismatch', bytesWith('BZh91AY&SY'), 'bz2'],
  ['bzip2 file', 'format-mismatch', bytesWith('BZh9\x17rE8P\x90'), 'bz2'],
  ['xz file', 'format-mismatch', bytesWith('\xfd7zXZ\0'), 'xz'],
  ['zstd file', 'format-mismatch', bytesWith([0x28, 0xb5, 0x2f, 0xfd]), 'zst'],
  ['lz4 file', 'format-mismatch', bytesWith([4, 0x22, 0x4d, 0x18]), 'lz4'],
  ['lz4 file', 'format-mismatch', bytesWith([2, 0x21, 0x4c, 0x18]), 'lz4'],
  ['zip archive', 'format-mismatch', bytesWith('PK\x03\x04'), 'zip'],
  ['zip archive', 'format-mismatch', bytesWith('PK\x05\x06'), 'zip'],
  ['tar archive', 'format-mismatch', bytesWith({ 0: 'disk.raw', 257: 'ustar\0' + '00' }), 'tar'],
  ['tar archive', 'format-mismatch', bytesWith({ 0: 'disk.ovf', 257: 'ustar  \0' }), 'ova'],
  ['ISO 9660 image', 'format-mismatch', bytesWith({ 32769: 'CD001' }), 'iso'],
  ['UDF image', 'format-mismatch', bytesWith({ 32769: 'BEA01' }), 'iso'],
  ['qcow image of version 1', 'unsupported-variant', bytesWith([...qcow, 1]), 'qcow2'],
  ['VMDK image of the COWD kind', 'unsupported-variant', bytesWith('COWD'), 'vmdk'],
  [
    'VMDK image of the seSparse kind',
    'unsupported-variant',
    bytesWith([0xbe, 0xba, 0xfe, 0xca]),
    'vmdk',
  ],
];

const others: [string, string, Uint8Array][] = [
  ['encrypted disk', 'encrypted', bytesWith('LUKS\xba\xbe\0\x01')],
  ['qcow image of an unknown version', 'unsupported-variant', bytesWith([...qcow, 4])],
  ['QED image', 'unsupported-variant', bytesWith('QED\0')],
  ['Proxmox backup (VMA)', 'unsupported-variant', bytesWith('VMA\0\0\0\0\x01')],
  ['EWF image of single files', 'unsupported-variant', bytesWith('LVF\t\r\n\xff\0')],
  ['Partclone image', 'unsupported-variant', bytesWith('partclone-image')],
  ['ntfsclone image', 'unsupported-variant', bytesWith('\0ntfsclone-image')],
  ['UBI image of raw flash', 'unsupported-variant', bytesWith('UBI#\x01')],
  ['Android boot image', 'unsupported-variant', bytesWith('ANDROID!')],
  ['Android update', 'unsupported-variant', bytesWith('CrAU\0\0\0\0')],
  ['U-Boot image', 'unsupported-variant', bytesWith([0x27, 5, 0x19, 0x56])],
  ['Parallels image', 'unsupported-variant', bytesWith('WithoutFreeSpace')],
  ['Parallels image', 'unsupported-variant', bytesWith('WithouFreSpacExt')],
  ['Bochs image', 'unsupported-variant', bytesWith('Bochs Virtual HD Image')],
  ['cloop image', 'unsupported-variant', bytesWith('#!/bin/sh\n#V2.0 Format\nmodprobe cloop')],
  ['ASIF image', 'unsupported-variant', bytesWith('shdw')],
  ['EWF image', 'unsupported-variant', bytesWith('EVF\x09\x0d\x0a\xff\0')],
  ['EWF image', 'unsupported-variant', bytesWith('EVF2\x0d\x0a\x81\0')],
  ['Windows image (WIM)', 'unsupported-variant', bytesWith('MSWIM\0\0\0')],
  ['7-Zip archive', 'unsupported-variant', bytesWith("7z\xbc\xaf'\x1c")],
  ['RAR archive', 'unsupported-variant', bytesWith('Rar!\x1a\x07\x01\0')],
  ['cpio archive', 'unsupported-variant', bytesWith('07070100000000')],
  ['Debian package or ar archive', 'unsupported-variant', bytesWith('!<arch>\ndebian-binary')],
  ['compress file (.Z)', 'unsupported-variant', bytesWith([0x1f, 0x9d, 0x90])],
  ['lzip file', 'unsupported-variant', bytesWith('LZIP\x01')],
  ['lzop file', 'unsupported-variant', bytesWith([0x89, 0x4c, 0x5a, 0x4f, 0])],
  ['lrzip file', 'unsupported-variant', bytesWith('LRZI')],
  [
    'lzma file without a check',
    'unsupported-feature',
    bytesWith([0x5d, 0, 0, 0x80, 0, ...new Array(8).fill(255), 0, 1]),
  ],
  ['ELF program', 'not-an-image', bytesWith('\x7fELF')],
  ['Linux kernel', 'not-an-image', bytesWith({ 510: '\x55\xaa', 514: 'HdrS' })],
  ['Linux kernel', 'not-an-image', bytesWith({ 56: 'ARM\x64' })],
  ['VMDK descriptor', 'external-reference', text('# Disk DescriptorFile\nversion=1\n')],
  ['VMDK descriptor', 'external-reference', text('\n# a comment\n#DISK DESCRIPTORFILE\r\n')],
  ['VMDK descriptor', 'external-reference', bytesWith('# Disk DescriptorFile\nversion=1\n')],
  ['empty file', 'not-an-image', new Uint8Array(0)],
  ['HTML page', 'not-an-image', text('\n  <!DOCTYPE html>\n<title>Sign in</title>')],
  ['HTML page', 'not-an-image', text('<HTML><body>502</body></HTML>')],
  ['XML document', 'not-an-image', text('<?xml version="1.0"?><Error/>')],
  [
    'XML document',
    'not-an-image',
    text('<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1">'),
  ],
  ['JSON document', 'not-an-image', text('{"message": "Not Found"}')],
  ['JSON document', 'not-an-image', text('[\n  {}\n]')],
  [
    'Git LFS pointer',
    'not-an-image',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a'),
  ],
  ['PGP document', 'not-an-image', text('-----BEGIN PGP SIGNATURE-----\n\niQIz')],
  ['PEM document', 'not-an-image', text('-----BEGIN CERTIFICATE-----\nMIID')],
  ['script', 'not-an-image', text('#!/bin/sh\nset -e\n')],
  ['text file', 'not-an-image', text('d2eb7c81 *noble-server-cloudimg-amd64.img\n')],
  ['text file', 'not-an-image', text('ünïcödé\tand a form feed\f\n')],
  ['text file', 'not-an-image', Buffer.from('\ufeffnot found', 'utf16le')],
];

const all = [...images.map(([name, reason, head]) => [name, reason, head] as const), ...others];
test.each(all)('names a %s: %s', (name, reason, head) => {
  const found = nameForeignContent({ head });
  expect(found?.name).toMatch(new RegExp(`^an? ${name.replace(/[()]/g, '\\$&')}`, 'i'));
  expect(found?.reason).toBe(reason);
});

test.each(images)('names nothing for a recognised %s (%s)', (_, _reason, head, id) => {
  expect(nameForeignContent({ head }, id)).toBeUndefined();
});

test.each([
  ['VHD image', 'format-mismatch', 'conectix', 512],
  ['VHD image', 'format-mismatch', 'conectix', 511],
  ['Apple disk image (dmg)', 'unsupported-variant', 'koly', 512],
])('names a %s by its footer', (name, reason, magic, length) => {
  const tail = bytesWith({ [65_536 - length]: magic }, 65_536);
  const found = nameForeignContent({ head: bytesWith({}), tail });
  expect(found).toMatchObject({ name: expect.stringContaining(name), reason });
});

test('names the other content of a recognised image', () => {
  const both = bytesWith({ 0: [...qcow, 3], 32769: 'CD001' });
  expect(nameForeignContent({ head: both }, 'qcow2')?.name).toBe('an ISO 9660 image');
  expect(nameForeignContent({ head: both }, 'iso')?.name).toBe('a qcow2 image');
  const tail = bytesWith({ 0: 'koly' }, 512);
  expect(nameForeignContent({ head: bytesWith('BZh91AY&SY'), tail }, 'bz2')?.name).toMatch(/dmg/);
});

const disk = { 446: [0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8], 510: [0x55, 0xaa] };
test.each([
  ['a partitioned disk', bytesWith(disk)],
  ['an isohybrid', bytesWith({ ...disk, 32769: 'CD001' })],
  ['zeros', bytesWith({})],
  ['one zero', new Uint8Array(1)],
  ['boot code that is almost text', text('boot loader\x01\x02\x03 not text')],
  ['a file system', bytesWith({ 1080: [0x53, 0xef] })],
])('ignores %s', (_, head) => {
  expect(nameForeignContent({ head, tail: new Uint8Array(512) })).toBeUndefined();
});

test('reads short and random bytes without an error', () => {
  for (let length = 0; length < 600; length += 1) {
    const head = new Uint8Array(length).fill(0x5d);
    expect(() => nameForeignContent({ head, tail: head })).not.toThrow();
  }
});
