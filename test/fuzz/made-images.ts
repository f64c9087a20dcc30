import { crc32, gzipSync } from 'node:zlib';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../src/testing/qcow2-image.ts';
import { buildVdiImage, type VdiImageOptions } from '../../src/testing/vdi-image.ts';
import { buildVhdImage, type VhdImageOptions } from '../../src/testing/vhd-image.ts';
import { buildVhdxImage, type VhdxImageOptions } from '../../src/testing/vhdx-image.ts';
import { buildVmdkImage, type VmdkImageOptions } from '../../src/testing/vmdk-image.ts';
import { makeDisk } from '../fixtures/line.ts';
import { writeSparseImage } from '../formats/android-sparse/write-sparse-image.ts';
import { manifestLine, ovaArchive, ovf } from '../formats/make-ova.ts';
import { type SparseFile, sparseForms, sparseMember } from '../formats/make-sparse-tar.ts';
import { paxHeader, tarArchive, tarFile, tarHeader } from '../formats/make-tar.ts';
import { zipArchive } from '../formats/make-zip.ts';
import { type WriterHabits, writeStream } from '../formats/vmdk/stream-writer.ts';
import { deflate64, expandTokens, type Token } from '../formats/zip/make-deflate64.ts';
import type { Seed } from './corpus.ts';
import { type Seal, sealTar, sealVhdFile, sealVhdxFile } from './seal.ts';

const MiB = 1024 ** 2;
const disk: Uint8Array = makeDisk(MiB);
const content = { virtualSize: disk.length, extents: [{ position: 0, bytes: disk }] };

type Options<T> = Partial<Omit<T, 'virtualSize' | 'extents'>>;

const qcow2 = (options: Options<Qcow2ImageOptions>): Uint8Array =>
  buildQcow2Image({ ...content, ...options }).bytes;
const vmdk = (options: Options<VmdkImageOptions>): Uint8Array =>
  buildVmdkImage({ ...content, ...options }).bytes;
const vhd = (options: Options<VhdImageOptions>): Uint8Array =>
  buildVhdImage({ ...content, ...options }).bytes;
const vhdx = (options: Options<VhdxImageOptions>): Uint8Array =>
  buildVhdxImage({ ...content, ...options }).bytes;
const vdi = (options: Options<VdiImageOptions>): Uint8Array =>
  buildVdiImage({ ...content, ...options }).bytes;

const stream = { variant: 'streamOptimized' } as const;
/** A stream in the form of Xen Orchestra, with padding between its parts. */
const foreign: WriterHabits = { statedLength: () => 0, redundant: true, padding: 1 };

/** One image of every disk format and layout. */
export function madeDisks(): Seed[] {
  return [
    seed('raw', disk),
    seed('iso', isoDisc()),
    seed('qcow2 zlib', qcow2({ compression: 'zlib' })),
    seed('qcow2 zstd 4K', qcow2({ compression: 'zstd', clusterBits: 12 })),
    seed('qcow2 v2', qcow2({ version: 2, clusterBits: 10 })),
    seed('qcow2 extended', qcow2({ extendedL2: true, zeros: 'flagged' })),
    seed('qcow2 late tables', qcow2({ l1: 'last', l2: 'last', clusterBits: 9 })),
    seed('vmdk sparse', vmdk({})),
    seed('vmdk sparse, spread', vmdk({ tables: 'spread', tableEntries: 16, zeros: 'flagged' })),
    seed('vmdk stream', vmdk(stream)),
    seed('vmdk stream, footer', vmdk({ ...stream, tables: 'spread', grainSectors: 16 })),
    seed('vmdk stream, no lengths', writeStream(disk, foreign).bytes),
    seed('vhd fixed', vhd({ variant: 'fixed' }), sealVhdFile),
    seed('vhd dynamic', vhd({ blockBytes: 65_536 }), sealVhdFile),
    seed('vhd late table', vhd({ table: 'last', gapBytes: 4096, blockBytes: 4096 }), sealVhdFile),
    seed('vhdx', vhdx({}), sealVhdxFile),
    seed('vhdx 4K', vhdx({ sectorBytes: 4096, layout: ['bat', 'metadata', 'blocks', 'log'] })),
    seed('vhdx log', vhdx({ dirty: { holds: (at) => at >= 2 * MiB && at % 65_536 === 0 } })),
    seed('simg', writeSparseImage(disk)),
    seed('simg checksums', writeSparseImage(disk, { crcChunks: true, checksum: true })),
    seed('simg long headers', writeSparseImage(disk, { headerBytes: 40, chunkHeaderBytes: 16 })),
    seed('vdi', vdi({ blockBytes: 65_536 })),
    seed('vdi static', vdi({ variant: 'static', alignBytes: MiB })),
  ];
}

/** Archives of every form, some around another image. */
export function madeArchives(): Seed[] {
  const file: SparseFile = { size: disk.length, extents: [[0, disk.subarray(0, 300_000)]] };
  const sparse = sparseForms.map((form) =>
    seed(`tar>raw ${form}`, tarArchive(sparseMember('disk.raw', file, form)), sealTar),
  );
  const member = (name: string): [string, Uint8Array] => [name, vmdk(stream)];
  const files = [ovf(), vmdk(stream)] as const;
  const manifest = manifestLine(['disk.vmdk', files[1]]) + manifestLine(['vm.ovf', files[0]]);
  return [
    ...sparse,
    seed('tar>raw', tarArchive(tarFile('disk.raw', disk)), sealTar),
    seed('tar>qcow2 pax', tarArchive(paxHeader([['path', 'x']]), tarFile('y', qcow2({}))), sealTar),
    seed('gz>vhd fixed', gzipSync(vhd({ variant: 'fixed' }))),
    seed('tar>vhd fixed', tarArchive(tarFile('disk.vhd', vhd({ variant: 'fixed' }))), sealTar),
    seed('gz>tar>raw', gzipSync(tarArchive(tarFile('disk.raw', disk)))),
    seed('zip>raw', zipArchive([{ name: 'disk.raw', content: disk }])),
    seed(
      'zip>qcow2 stored',
      zipArchive([{ name: 'a', content: qcow2({}), method: 0, zip64: 'both' }]),
    ),
    seed('zip>raw descriptor', zipArchive([{ name: 'a', content: disk, descriptor: 'signed' }])),
    {
      ...seed(
        'zip>vhd of two',
        zipArchive([
          { name: 'readme', content: 'Text' },
          { name: 'disk.vhd', content: vhd({ variant: 'fixed' }) },
        ]),
      ),
      entry: 'disk.vhd',
    },
    seed('ova>vmdk', ovaArchive(['vm.ovf', files[0]], member('disk.vmdk')), sealTar),
    seed(
      'ova>vmdk manifest',
      ovaArchive(['vm.ovf', files[0]], ['vm.mf', manifest], ['disk.vmdk', files[1]]),
      sealTar,
    ),
    ...madeAsFound(),
  ];
}

/** Archives in the forms of existing programs, which differ from their specifications. */
function madeAsFound(): Seed[] {
  const double: [string, Uint8Array] = ['._disk.vmdk', Uint8Array.of(0, 5, 0x16, 7)];
  const image = vmdk(stream);
  const inDisk: [string, Uint8Array] = ['disk.vmdk', image];
  const half = Math.ceil(image.length / 2);
  const parts: [string, Uint8Array][] = [
    ['disk.vmdk.000000000', image.subarray(0, half)],
    ['disk.vmdk.000000001', image.subarray(half)],
  ];
  const inParts = ovf({ files: [{ href: 'disk.vmdk', id: 'file1', chunkSize: `${half}` }] });
  const tokens: Token[] = [...disk.subarray(0, 8192), 0, ...Array<Token>(15).fill([65_538, 1])];
  const large = expandTokens([...tokens, [57_313, 1]]);
  const numbers = { bytes: large.length, crc: crc32(large) };
  const packed = deflate64([...tokens, [57_313, 1]]);
  const link = tarHeader({ name: 'latest', type: '2', link: 'disk.raw' });
  return [
    seed('tar>raw beside links', tarArchive(link, tarFile('disk.raw', disk)), sealTar),
    seed('tar>raw AppleDouble', tarArchive(tarFile(...double), tarFile('disk.raw', disk)), sealTar),
    seed('tar>vmdk descriptor last', ovaArchive(inDisk, ['vm.ovf', ovf()]), sealTar),
    seed('gz>tar>vmdk descriptor last', gzipSync(ovaArchive(inDisk, ['vm.ovf', ovf()]))),
    seed('ova>vmdk AppleDouble', ovaArchive(double, ['vm.ovf', ovf()], inDisk), sealTar),
    seed('ova>vmdk in parts', ovaArchive(['vm.ovf', inParts], ...parts), sealTar),
    seed(
      'zip>raw deflate64',
      zipArchive([{ name: 'a', method: 9, packed, local: numbers, central: numbers }]),
    ),
    seed('zip>raw marker', zipArchive([{ name: 'a', content: disk, gap: Buffer.from('PK00') }])),
  ];
}

function seed(name: string, bytes: Uint8Array, seal?: Seal): Seed {
  return { name, read: () => bytes, ...(seal !== undefined && { seal }) };
}

/** A volume descriptor and its end (ECMA-119, 8.4), followed by data. */
function isoDisc(): Uint8Array {
  const sectorBytes = 2048;
  const bytes = new Uint8Array(200 * sectorBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(disk.subarray(4096, 4096 + 100 * sectorBytes), 40 * sectorBytes);
  for (const [sector, type] of [
    [16, 1],
    [17, 255],
  ] as const) {
    bytes.set([type, ...Buffer.from('CD001'), 1], sector * sectorBytes);
  }
  const at = 16 * sectorBytes;
  view.setUint32(at + 80, 200, true);
  view.setUint32(at + 84, 200);
  view.setUint16(at + 128, sectorBytes, true);
  view.setUint16(at + 130, sectorBytes);
  return bytes;
}
