import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRow } from './image-rows.ts';

/** A program's result for a file: it reads it, with this SHA-256 if the whole output is available, or refuses it. */
type PeerAnswer = { reads: true; sha256?: string } | { reads: false };

/** A program that reads the same files. */
export interface Peer {
  name: string;
  /** Rows that it supports. */
  covers(row: ImageRow): boolean;
  ask(path: string, row: ImageRow, scratch: string): PeerAnswer;
}

const MiB = 1024 ** 2;
const maxHashedBytes = 64 * MiB;
const qemuFormats: Record<string, string> = {
  ...{ qcow2: 'qcow2', vmdk: 'vmdk', vhd: 'vpc', vhdx: 'vhdx', vdi: 'vdi' },
};

/** With the format if the program knows it; otherwise it guesses, as for its users. */
const qemuImg: Peer = {
  name: 'qemu-img',
  covers: ({ kind, format }) =>
    format in qemuFormats ||
    (kind === 'bad' && !/^(gz|bz2|xz|zst|lz4|tar|tar\.bz2|zip|ova)$/.test(format)),
  ask(path, { kind, format, notes, sha256, sizeBytes }, scratch) {
    const known = /declared=(\w+)/.exec(notes)?.[1] ?? qemuFormats[format];
    const from = ['convert', ...(known === undefined ? [] : ['-f', known])];
    if (kind === 'bad' || sha256 === '-' || sizeBytes > maxHashedBytes) {
      const nowhere = ['-n', '--target-image-opts', path, 'driver=null-co,size=4E'];
      return { reads: runs(kind, 'qemu-img', [...from, ...nowhere]) !== undefined };
    }
    const out = join(scratch, 'peer.raw');
    if (runs(kind, 'qemu-img', [...from, '-O', 'raw', path, out]) === undefined)
      return { reads: false };
    return { reads: true, sha256: digest(readFileSync(out)) };
  },
};

const codecs: Record<string, string> = {
  ...{ gzip: 'gz', bzip2: 'bz2', xz: 'xz', zstd: 'zst', lz4: 'lz4' },
};

function codecPeer(name: string, id: string): Peer {
  return {
    name,
    covers: ({ format, kind }) =>
      kind === 'bad'
        ? format === id
        : format === `${id}>raw` || (id === 'xz' && format === 'lzma>raw'),
    ask(path, { kind }) {
      const stdin = openSync(path, 'r');
      try {
        // A bomb is read to its end or until the time is up; neither is an error.
        const output = runs(kind, name, ['-dc'], { stdin, discard: kind === 'bad' });
        if (output === undefined) return { reads: false };
        return kind === 'bad' ? { reads: true } : { reads: true, sha256: digest(output) };
      } finally {
        closeSync(stdin);
      }
    },
  };
}

/** Unpacks to /dev/null, and into an empty folder, where its own rules about names and links apply. */
const bsdtar: Peer = {
  name: 'bsdtar',
  covers: ({ kind, format }) =>
    kind === 'bad' ? /^(tar|tar\.bz2|zip)$/.test(format) : /^(tar(\.\w+)?|zip)>raw$/.test(format),
  ask(path, { kind, member, sizeBytes }, scratch) {
    if (kind === 'good') {
      const discard = sizeBytes > maxHashedBytes;
      const names = member === '-' ? [] : [member];
      const output = runs(kind, 'bsdtar', ['-xOf', path, ...names], { discard });
      if (output === undefined) return { reads: false };
      return { reads: true, ...(!discard && { sha256: digest(output) }) };
    }
    if (runs(kind, 'bsdtar', ['-xOf', path], { discard: true }) === undefined)
      return { reads: false };
    const folder = mkdtempSync(join(scratch, 'peer-'));
    try {
      // Some have false sizes: an output that becomes too long is not a result.
      const script = 'ulimit -f 131072; bsdtar -xf "$1" -C "$2"; test $? -ne 1';
      return { reads: runs(kind, 'sh', ['-c', script, 'sh', path, folder]) !== undefined };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const peers: readonly Peer[] = [
  qemuImg,
  bsdtar,
  ...Object.entries(codecs).map(([name, id]) => codecPeer(name, id)),
];

/** The version that a peer prints, such as `7.2.22`; `undefined` if it is not installed. */
export function versionOf({ name }: Peer): string | undefined {
  const { stdout, stderr, error } = spawnSync(name, [name === 'bzip2' ? '--help' : '--version']);
  if (error !== undefined) return undefined;
  return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0];
}

/** Time limit for a peer, in milliseconds: good files have an end, bad ones may not. */
const patience = { good: 60_000, bad: 5000 };

/** Its output, if it succeeds or is still running when the time is up; `undefined` if it fails. */
function runs(
  kind: ImageRow['kind'],
  command: string,
  parameters: string[],
  { stdin = 'ignore', discard = false }: { stdin?: number | 'ignore'; discard?: boolean } = {},
): Uint8Array | undefined {
  const { status, error, stdout } = spawnSync(command, parameters, {
    timeout: patience[kind],
    killSignal: 'SIGKILL',
    maxBuffer: 256 * MiB,
    stdio: [stdin, discard ? 'ignore' : 'pipe', 'ignore'],
  });
  const timeIsUp = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  return status === 0 || timeIsUp ? (stdout ?? new Uint8Array(0)) : undefined;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
