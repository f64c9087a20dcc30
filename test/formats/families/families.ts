import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Allowance } from '../../../src/index.ts';
import {
  buildBzip2File,
  buildIsoDisc,
  buildQcow2Image,
  buildTarFile,
  buildVdiImage,
  buildVhdImage,
  buildVhdxImage,
  buildVmdkImage,
  buildXzFile,
  buildZipFile,
} from '../../../src/testing/index.ts';
import { writeSparseImage } from '../android-sparse/write-sparse-image.ts';
import { manifestLine, ovaArchive, ovf } from '../make-ova.ts';
import { sparseMember } from '../make-sparse-tar.ts';
import { tarArchive, tarFile } from '../make-tar.ts';
import { writeStream } from '../vmdk/stream-writer.ts';

/** A kind of file that a family of systems publishes or writes. */
export interface Family {
  name: string;
  /** The usual file names. */
  file: string;
  /** Its layers, in the words of `docs/formats.md`. */
  made: string;
  bytes: () => Uint8Array;
  /** The detected layers; the words of the error for a file that is recognized but not read. */
  reads: string[] | { refusedAs: RegExp };
  allow?: Allowance[];
  entry?: string;
  /** The disk inside; default: `disk`. */
  disk?: Uint8Array;
}

const MiB = 1024 ** 2;

/** A disk with a partition table, data that does not compress, and holes. */
export const disk: Buffer = Buffer.alloc(4 * MiB);
disk.writeUInt16LE(0xaa55, 510);
disk.set([0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 0xff, 0x1f], 446);
for (let at = 64 * 1024; at < 512 * 1024; at += 32) {
  createHash('sha256').update(String(at)).digest().copy(disk, at);
}

const extents = [{ position: 0, bytes: disk }];
const size = { virtualSize: disk.length, extents };
const vmdkStream = (): Uint8Array => buildVmdkImage({ ...size, variant: 'streamOptimized' }).bytes;
const qcow2 = (): Uint8Array => buildQcow2Image({ ...size, compression: 'zlib' }).bytes;
const fixedVhd = (): Uint8Array => buildVhdImage({ ...size, variant: 'fixed' }).bytes;
const fwtool = Buffer.concat([Buffer.alloc(8), Buffer.from('{"metadata_version":"1.1"}FWx0')]);
const appleDouble = Buffer.concat([Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]), Buffer.alloc(200)]);
const installer = buildIsoDisc({ label: 'INSTALL' });

function appliance(...beside: [string, Uint8Array | string][]): Uint8Array {
  const vmdk = vmdkStream();
  const envelope = ovf({ disks: [{ capacity: `${disk.length}`, diskId: 'd', fileRef: 'file1' }] });
  const manifest = manifestLine(['disk.vmdk', vmdk]);
  return ovaArchive(['vm.ovf', envelope], ['vm.mf', manifest], ['disk.vmdk', vmdk], ...beside);
}

/** One row for each kind of file; `docs/formats.md` has the same rows. */
export const families: Family[] = [
  {
    name: 'OpenWrt',
    file: '*-combined.img.gz',
    made: 'gzip of a raw disk, then metadata of fwtool',
    bytes: () => Buffer.concat([gzipSync(disk), fwtool]),
    reads: ['gz', 'raw'],
    allow: ['trailing'],
  },
  {
    name: 'Home Assistant',
    file: '*.qcow2.xz',
    made: 'xz of a qcow2',
    bytes: () => buildXzFile(qcow2()),
    reads: ['xz', 'qcow2'],
  },
  {
    name: 'Home Assistant',
    file: '*.vdi.zip',
    made: 'zip of a VDI',
    bytes: () => buildZipFile({ 'haos.vdi': buildVdiImage(size).bytes }),
    reads: ['zip', 'vdi'],
  },
  {
    name: 'Raspberry Pi',
    file: '*.img.xz',
    made: 'xz of a raw disk',
    bytes: () => buildXzFile(disk),
    reads: ['xz', 'raw'],
  },
  {
    name: 'Armbian',
    file: '*.img.xz',
    made: 'several xz streams, one behind another',
    bytes: () =>
      Buffer.concat([buildXzFile(disk.subarray(0, MiB)), buildXzFile(disk.subarray(MiB))]),
    reads: ['xz', 'raw'],
  },
  {
    name: 'OPNsense',
    file: '*-nano-*.img.bz2',
    made: 'bzip2 of a raw disk',
    bytes: () => buildBzip2File(disk),
    reads: ['bz2', 'raw'],
  },
  {
    name: 'pfSense',
    file: '*.img.gz',
    made: 'gzip of a raw disk',
    bytes: () => gzipSync(disk),
    reads: ['gz', 'raw'],
  },
  {
    name: 'VyOS',
    file: '*.iso',
    made: 'an ISO 9660 disc',
    bytes: () => installer,
    reads: ['iso'],
    disk: installer,
  },
  {
    name: 'VyOS',
    file: '*.qcow2',
    made: 'a qcow2',
    bytes: qcow2,
    reads: ['qcow2'],
  },
  {
    name: 'CHR',
    file: '*.img.zip',
    made: 'zip of a raw disk',
    bytes: () => buildZipFile({ 'chr.img': disk }),
    reads: ['zip', 'raw'],
  },
  {
    name: 'CHR',
    file: '*.vhdx.zip',
    made: 'zip of a VHDX',
    bytes: () => buildZipFile({ 'chr.vhdx': buildVhdxImage(size).bytes }),
    reads: ['zip', 'vhdx'],
  },
  {
    name: 'Azure',
    file: '*.vhdfixed.xz',
    made: 'xz of a fixed VHD, which only its last bytes show',
    bytes: () => buildXzFile(fixedVhd()),
    reads: ['xz', 'vhd'],
  },
  {
    name: 'Azure',
    file: '*.vhd.tar.gz',
    made: 'tar.gz of a fixed VHD',
    bytes: () => gzipSync(buildTarFile({ 'livecd.azure.vhd': fixedVhd() })),
    reads: ['gz', 'tar', 'vhd'],
  },
  {
    name: 'GCE',
    file: '*.tar.gz',
    made: 'tar.gz of a sparse disk.raw, as GNU tar writes it',
    bytes: () => {
      const parts: [number, Uint8Array][] = [[0, disk.subarray(0, 512 * 1024)]];
      return gzipSync(
        tarArchive(sparseMember('disk.raw', { size: disk.length, extents: parts }, 'old GNU')),
      );
    },
    reads: ['gz', 'tar', 'raw'],
  },
  {
    name: 'GCE',
    file: 'packed on macOS',
    made: 'the same with AppleDouble members beside the disk',
    bytes: () => gzipSync(buildTarFile({ './._disk.raw': appleDouble, './disk.raw': disk })),
    reads: ['gz', 'tar', 'raw'],
  },
  {
    name: 'AWS',
    file: '*.raw.xz',
    made: 'xz of a raw disk',
    bytes: () => buildXzFile(disk),
    reads: ['xz', 'raw'],
  },
  {
    name: 'AWS',
    file: 'exported *.vmdk',
    made: 'a streamOptimized VMDK',
    bytes: vmdkStream,
    reads: ['vmdk'],
  },
  {
    name: 'ESXi',
    file: '*.ova',
    made: 'OVF, manifest and streamOptimized VMDK',
    bytes: () => appliance(),
    reads: ['ova', 'vmdk'],
  },
  {
    name: 'ESXi',
    file: 'exported *.ova',
    made: 'the same with a .nvram file beside the disk',
    bytes: () => appliance(['vm.nvram', 'settings of the firmware']),
    reads: ['ova', 'vmdk'],
  },
  {
    name: 'Xen Orchestra',
    file: '*.vmdk',
    made: 'a streamOptimized VMDK whose markers state length 0',
    bytes: () => writeStream(disk, { statedLength: () => 0 }).bytes,
    reads: ['vmdk'],
  },
  {
    name: 'Xen Orchestra',
    file: '*.vhd',
    made: 'a dynamic VHD',
    bytes: () => buildVhdImage(size).bytes,
    reads: ['vhd'],
  },
  {
    name: 'Proxmox',
    file: '*.vma.zst',
    made: 'a backup in the VMA format; named, not read',
    bytes: () => zstdCompressSync(Buffer.concat([Buffer.from('VMA\0'), Buffer.alloc(60_000)])),
    reads: { refusedAs: /Proxmox backup \(VMA\)/ },
  },
  {
    name: 'Cisco, Juniper',
    file: '*.ova with two disks',
    made: 'an OVA whose disk is chosen with --entry',
    bytes: () => {
      const vmdk = vmdkStream();
      const files = [
        { href: 'system.vmdk', id: 'file1' },
        { href: 'data.vmdk', id: 'file2' },
      ];
      const disks = files.map(({ id }, index) => ({
        capacity: `${disk.length}`,
        diskId: `d${index}`,
        fileRef: id,
      }));
      const envelope = ovf({ files, disks });
      return ovaArchive(['vm.ovf', envelope], ['system.vmdk', vmdk], ['data.vmdk', vmdk]);
    },
    reads: ['ova', 'vmdk'],
    entry: 'system.vmdk',
  },
  {
    name: 'Cisco, Juniper',
    file: '*.tgz',
    made: 'tar.gz of a qcow2 among other files, chosen with --entry',
    bytes: () =>
      gzipSync(
        tarArchive(tarFile('images/vmx.qcow2', qcow2()), tarFile('config/vmx.conf', 'MEMORY: 1')),
      ),
    reads: ['gz', 'tar', 'qcow2'],
    entry: 'images/vmx.qcow2',
  },
  {
    name: 'Android',
    file: 'system.img, *.simg',
    made: 'a sparse image of img2simg',
    bytes: () => writeSparseImage(disk, { checksum: true }),
    reads: ['simg'],
  },
];
