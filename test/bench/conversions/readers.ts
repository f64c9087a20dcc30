import { join } from 'node:path';
import { cli } from '../built-package.ts';
import type { Contender, Job, Step } from '../contender.ts';
import type { Images } from '../prepare-images.ts';

const output = (folder: string): string => join(folder, 'out.raw');
const convertNote =
  'Conversions are of a real Debian disk of 3 GiB, from one local file to another.';

/** A contender that turns one file into `out.raw`. */
function converter(name: string, expected: string, step: (out: string) => Step): Contender {
  const steps = (folder: string): Step[] => [step(output(folder))];
  return { name, expected, steps, made: output };
}

export function rootdiskConvert(input: string, expected: string): Contender {
  return converter('rootdisk', expected, (out) => ({
    program: process.execPath,
    parameters: [cli, 'convert', '--quiet', '--force', input, out],
  }));
}

export function qemuConvert(input: string, format: string, expected: string): Contender {
  return converter('qemu-img', expected, (out) => ({
    program: 'qemu-img',
    parameters: ['convert', '-f', format, '-O', 'raw', input, out],
  }));
}

function qemuFast(input: string, format: string, expected: string): Contender {
  return converter('qemu-img -m 16 -W', expected, (out) => ({
    program: 'qemu-img',
    parameters: ['convert', '-m', '16', '-W', '-f', format, '-O', 'raw', input, out],
  }));
}

/** Conversions of every format that the package reads, compared with the usual tools. */
export function conversions(images: Images, installed: ReadonlyMap<string, string>): Job[] {
  const { expected, xz, zst, gz, lz4 } = images;
  const job = (layers: string, input: string, peers: Contender[]): Job => ({
    title: `convert ${layers}`,
    note: convertNote,
    contenders: [rootdiskConvert(input, expected), ...peers],
  });
  const qemu = (input: string, format: string): Contender[] =>
    [qemuConvert, qemuFast].map((peer) => peer(input, format, expected));
  // xz itself makes holes if its output is a file.
  const xzPeer = converter('xz -T0 -dc', expected, (out) => ({
    program: 'xz',
    parameters: ['-T0', '-dc', xz],
    stdout: out,
  }));
  const zstdPeer = converter('zstd -d --sparse', expected, (out) => ({
    program: 'zstd',
    parameters: ['-q', '-d', '--sparse', '-o', out, zst],
  }));
  const gunzip = installed.has('pigz') ? 'pigz' : 'gzip';
  const gzipPeer = converter(`${gunzip} -dc, dd conv=sparse`, expected, (out) => {
    const line = `${gunzip} -dc "$1" | dd of="$2" bs=64k iflag=fullblock conv=sparse status=none`;
    return { program: 'sh', parameters: ['-c', line, 'sh', gz, out] };
  });
  const lz4Peer = converter('lz4 -d --sparse', expected, (out) => ({
    program: 'lz4',
    parameters: ['-q', '-d', '--sparse', lz4 ?? '', out],
  }));
  return [
    job('qcow2 (zlib)', images.qcow2, qemu(images.qcow2, 'qcow2')),
    job('qcow2 (zstd)', images.qcow2Zstd, qemu(images.qcow2Zstd, 'qcow2')),
    { ...job('vmdk (streamOptimized)', images.vmdk, qemu(images.vmdk, 'vmdk')), format: 'vmdk' },
    job('raw.xz', xz, [xzPeer]),
    job('raw.zst', zst, [zstdPeer]),
    job('raw.gz', gz, [gzipPeer]),
    ...(lz4 === undefined ? [] : [job('raw.lz4', lz4, [lz4Peer])]),
  ];
}
