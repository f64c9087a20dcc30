import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type { EnsuredImage, EnsureOptions } from '../../src/core.ts';
import { type Line, sha256, startLine } from '../fixtures/line.ts';

const base = 'images.acme.example/bundles/';
export const at: string = `https://${base}`;

/** A tar of these members; `typed` gives one another type in its header and a link target. */
export function makeTar(
  members: readonly (readonly [name: string, content: Uint8Array, type?: string])[],
): Buffer {
  const parts = members.flatMap(([name, content, type = '0']) => {
    const body = type === '0' ? content : Buffer.alloc(0);
    const head = Buffer.alloc(512);
    head.write(name);
    head.write('0000644\x000000000\x000000000\0', 100, 'latin1');
    head.write(`${body.length.toString(8).padStart(11, '0')}\x0000000000000\0`, 124, 'latin1');
    head.write(type, 156);
    if (type === '1' || type === '2') head.write('manifest.json', 157);
    head.write('ustar\x0000', 257, 'latin1');
    head.fill(' ', 148, 156);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [head, body, Buffer.alloc(-body.length & 511)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** The start of a root file system, some data, and a hole after it. */
export function makeRootfs(seed = 1): Buffer {
  const disk = Buffer.alloc(4 * 1024 ** 2);
  disk.writeUInt16LE(0xef53, 1080);
  disk.write(`root file system ${seed}`, 8192);
  disk.write('the end', disk.length - 512);
  return disk;
}

export const manifest: Readonly<Record<string, unknown>> = {
  ...{ name: 'web', image: { size: 7 } },
  'x-own': ['kept', 1, null],
};
export const manifestBytes: Buffer = Buffer.from(JSON.stringify(manifest));

/** Bundles on loopback and the catalog that names them. */
export interface BundleSite extends Line {
  catalog: string;
  /** Publishes bytes and writes the catalog with this entry, and `others` before it. */
  publish(bytes: Uint8Array, entry?: object, others?: readonly object[]): Promise<object>;
  bundle(reference?: string, options?: EnsureOptions): Promise<EnsuredImage>;
}

export async function startBundleSite(): Promise<BundleSite> {
  const line = await startLine();
  const catalog = join(line.folder, 'bundles.json');
  let published = 0;
  return {
    ...line,
    catalog,
    async publish(bytes, entry = {}, others = []) {
      published += 1;
      const file = `${published}.tar.zst`;
      line.upstream.route(`${base}${file}`, bytes);
      const whole = {
        ...{ name: 'web', arch: 'x86_64', tarball_url: `${at}${file}`, size_bytes: bytes.length },
        ...{ tarball_sha256: sha256(bytes).slice(7), version: '1.2', description: 'a web server' },
        ...entry,
      };
      await writeFile(catalog, JSON.stringify({ version: 1, entries: [...others, whole] }));
      return whole;
    },
    bundle: (reference = 'bundle:web', options = {}) =>
      line.ensure(reference, { bundles: catalog, ...options }),
  };
}

export function pack(
  members: readonly (readonly [name: string, content: Uint8Array, type?: string])[],
): Buffer {
  return zstdCompressSync(makeTar(members));
}
