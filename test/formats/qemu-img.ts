import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Disk } from '../../src/kit.ts';
import type { DiskExtent } from '../../src/testing/cut-blocks.ts';
import { decodeInto } from './decode-disk.ts';
import { FileSource } from './file-source.ts';
import { PageSink } from './page-sink.ts';
import { digestOf } from './qcow2/disk.ts';

const hasQemuImg: boolean = spawnSync('qemu-img', ['--version']).status === 0;

export function qemuImg(...args: string[]): void {
  execFileSync('qemu-img', args, { stdio: 'pipe' });
}

/** A format to compare with qemu-img. */
export interface QemuPeer<L> {
  disk: Disk;
  /** The name of the format in qemu-img. */
  format: string;
  virtualSize: number;
  extents: DiskExtent[];
  /** Options of `qemu-img convert`; each makes an image with the same content as the disk. */
  made: string[][];
  /** Layouts of the test writer; qemu-img reads each as the disk. */
  layouts: [name: string, layout: L][];
  build: (layout: { virtualSize: number; extents: DiskExtent[] } & L) => { bytes: Uint8Array };
  /** `qemu-img check` supports the format. */
  canCheck?: boolean;
}

/** The input of a separate test beside the table. */
export interface QemuFolder {
  /** The digest of the disk. */
  want: string;
  /** A path in the folder of these tests. */
  at: (name: string) => string;
  /** A raw disk with these extents. */
  makeRaw: (name: string, virtualSize: number, extents: readonly DiskExtent[]) => string;
  /** The disk, raw. */
  raw: () => string;
  /** The digests of an image, read by qemu-img and by the decoder. */
  theirs: (path: string) => string;
  ours: (path: string) => Promise<string>;
}

/**
 * Images are exchanged in both directions: those of qemu-img are decoded, those of the test writer are read by
 * qemu-img.
 */
export function qemuImgAgrees<L>(
  peer: QemuPeer<L>,
  more: (folder: QemuFolder) => void = () => {},
): void {
  const { disk, format, virtualSize, extents, made, layouts, build, canCheck = false } = peer;
  const folder = mkdtempSync(join(tmpdir(), `${format}-qemu-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const want = digestOf(virtualSize, extents);
  const at = (name: string): string => join(folder, name);

  const makeRaw: QemuFolder['makeRaw'] = (name, size, parts) => {
    const bytes = new Uint8Array(size);
    for (const part of parts) bytes.set(part.bytes, part.position);
    writeFileSync(at(name), bytes);
    return at(name);
  };
  const raw = (): string => makeRaw('disk.raw', virtualSize, extents);

  function theirs(path: string): string {
    qemuImg('convert', '-f', format, '-O', 'raw', path, `${path}.raw`);
    return createHash('sha256')
      .update(readFileSync(`${path}.raw`))
      .digest('hex');
  }

  async function ours(path: string): Promise<string> {
    const source = await FileSource.open(path);
    try {
      // Onto a used disk, so that holes are checked too.
      return (await decodeInto(disk, source, new PageSink(0xee))).sha256();
    } finally {
      await source.close();
    }
  }

  const title = hasQemuImg ? 'with qemu-img' : 'with qemu-img (skipped: it is not installed)';
  describe.runIf(hasQemuImg)(title, () => {
    test.each(made.map((options) => ({ name: options.join(' '), options })))(
      'an image that it made has the same content: $name',
      async ({ options }) => {
        qemuImg('convert', '-f', 'raw', '-O', format, ...options, raw(), at('made'));
        expect(await ours(at('made'))).toBe(want);
      },
    );

    test.each(layouts)(
      'an image of the test writer has the same content: %s',
      async (name, layout) => {
        writeFileSync(at(name), build({ virtualSize, extents, ...layout }).bytes);
        if (canCheck) qemuImg('check', '-q', '-f', format, at(name));
        expect(theirs(at(name))).toBe(want);
        expect(await ours(at(name))).toBe(want);
      },
    );

    more({ want, at, makeRaw, raw, theirs, ours });
  });
}
