import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cli } from '../built-package.ts';
import type { Contender, Job, Step } from '../contender.ts';
import type { Images } from '../prepare-images.ts';

const written = (folder: string): string => join(folder, 'written');
const writeNote = 'Disks of other formats are written from the same disk of 3 GiB, raw and sparse.';

/** A format that is written, and the command that reads it back, which is not measured. */
interface Target {
  title: string;
  /** The value of `--to`. */
  to: string;
  /** The options of `qemu-img convert` for the same. */
  qemu?: string[];
  read: (folder: string) => string;
}

/** Every format that is written, compared with qemu-img or tar. */
export function writers({ raw, expected }: Images): Job[] {
  const contender = (name: string, target: Target, step: (out: string) => Step): Contender => ({
    name,
    expected,
    steps: (folder) => [step(written(folder))],
    made: target.read,
    sized: written,
  });
  const job = (target: Target, peers: Contender[]): Job => ({
    title: `write ${target.title}`,
    note: writeNote,
    contenders: [
      contender('rootdisk', target, (out) => ({
        program: process.execPath,
        parameters: [cli, 'convert', '--quiet', '--from', 'raw', '--to', target.to, raw, out],
      })),
      ...peers,
    ],
  });
  const qemuTargets: Target[] = [
    { title: 'qcow2', to: 'qcow2', qemu: ['qcow2'], read: byQemu('qcow2') },
    {
      ...{ title: 'qcow2 (zlib)', to: 'qcow2,compression=zlib' },
      ...{ qemu: ['qcow2', '-c'], read: byQemu('qcow2') },
    },
    {
      ...{ title: 'qcow2 (zstd)', to: 'qcow2,compression=zstd' },
      ...{ qemu: ['qcow2', '-c', '-o', 'compression_type=zstd'], read: byQemu('qcow2') },
    },
    {
      ...{ title: 'vmdk (streamOptimized)', to: 'vmdk' },
      ...{ qemu: ['vmdk', '-o', 'subformat=streamOptimized'], read: byQemu('vmdk') },
    },
    {
      ...{ title: 'vhd (fixed)', to: 'vhd' },
      ...{ qemu: ['vpc', '-o', 'subformat=fixed,force_size=on'], read: byQemu('vpc') },
    },
    { title: 'vhdx', to: 'vhdx', qemu: ['vhdx'], read: byQemu('vhdx') },
    { title: 'vdi', to: 'vdi', qemu: ['vdi'], read: byQemu('vdi') },
  ];
  const qemuJobs = qemuTargets.map((target) => {
    const parameters = ['convert', '-f', 'raw', '-O', ...(target.qemu ?? []), raw];
    const peers = [[], ['-m', '16', '-W']].map((more) =>
      contender(['qemu-img', ...more].join(' '), target, (out) => ({
        program: 'qemu-img',
        parameters: [...parameters.slice(0, 1), ...more, ...parameters.slice(1), out],
      })),
    );
    return job(target, peers);
  });
  // qemu-img writes no OVA; the machine's descriptor is a small part of it.
  const ova: Target = { title: 'ova', to: 'ova', read: readOva };
  const ovaPeer = contender('qemu-img, tar', ova, (out) => ({
    program: 'sh',
    parameters: ['-c', packOva, 'sh', raw, out],
  }));
  const tarGz: Target = { title: 'tar.gz (Compute Engine)', to: 'tar.gz', read: readTarGz };
  const tarPeer = contender('tar --format=oldgnu -Sczf', tarGz, (out) => ({
    program: 'sh',
    parameters: ['-c', packTarGz, 'sh', raw, out],
  }));
  return [...qemuJobs, job(ova, [ovaPeer]), job(tarGz, [tarPeer])];
}

const packOva =
  'cd "$(dirname "$2")" && qemu-img convert -f raw -O vmdk -o subformat=streamOptimized "$1" image.vmdk && tar -cf "$2" image.vmdk';
const packTarGz =
  'tar --format=oldgnu --transform "s/.*/disk.raw/" -C "$(dirname "$1")" -Sczf "$2" "$(basename "$1")"';

function byQemu(format: string): Target['read'] {
  return (folder) => {
    const read = join(folder, 'read.raw');
    // Without this option the size of a VHD is that of its geometry.
    const from =
      format === 'vpc' ? ['--image-opts', vhdOf(folder)] : ['-f', format, written(folder)];
    execFileSync('qemu-img', ['convert', ...from, '-O', 'raw', read]);
    return read;
  };
}

function vhdOf(folder: string): string {
  return `driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=${written(folder)}`;
}

function readOva(folder: string): string {
  execFileSync('tar', ['-xf', written(folder), '-C', folder, 'image.vmdk']);
  const read = join(folder, 'read.raw');
  execFileSync('qemu-img', [
    'convert',
    '-f',
    'vmdk',
    '-O',
    'raw',
    join(folder, 'image.vmdk'),
    read,
  ]);
  return read;
}

function readTarGz(folder: string): string {
  execFileSync('tar', ['-xzf', written(folder), '-C', folder]);
  return join(folder, 'disk.raw');
}
