import { randomBytes } from 'node:crypto';
import { vdiWriter } from '../../../formats/vdi.ts';
import type { DiskWriter } from '../../../src/kit.ts';
import { checkWriter } from '../../../src/testing/index.ts';
import type { PartMutant } from './part-mutant.ts';

const maxBytes = 16 * 1024 ** 4;

/** The good writer, with another `write`. */
function writing(write: DiskWriter['write']): DiskWriter {
  return { ...vdiWriter, write };
}

const broken: readonly [id: string, what: string, writer: DiskWriter][] = [
  ['describes-itself', 'an extension with a dot', { ...vdiWriter, extension: '.vdi' }],
  [
    'reads-back',
    'the last extent is passed over',
    writing((disk, out, context) => {
      const { virtualSize, extents } = disk;
      const { read } = disk;
      return vdiWriter.write({ virtualSize, extents: extents.slice(0, -1), read }, out, context);
    }),
  ],
  [
    'same-bytes',
    'a random id',
    writing((disk, out, context) => {
      const changed = async (position: number, bytes: Uint8Array) => {
        const copy = Uint8Array.from(bytes);
        if (position === 0) copy.set(randomBytes(16), 0x188);
        await out.write(position, copy);
      };
      return vdiWriter.write(
        disk,
        { setSize: (size) => out.setSize(size), write: changed },
        context,
      );
    }),
  ],
  [
    'leaves-holes',
    'the whole disk is an extent',
    writing((disk, out, context) => {
      const { virtualSize } = disk;
      const { read } = disk;
      return vdiWriter.write({ virtualSize, extents: [[0, virtualSize]], read }, out, context);
    }),
  ],
  [
    'writes-once',
    'the header is written first, too',
    writing(async (disk, out, context) => {
      await out.write(0, new Uint8Array(512));
      await vdiWriter.write(disk, out, context);
    }),
  ],
  [
    'aborts',
    'the signal is passed over',
    writing((disk, out, context) => {
      return vdiWriter.write(disk, out, { ...context, signal: new AbortController().signal });
    }),
  ],
  [
    'passes-failures-on',
    'errors become others',
    writing(async (disk, out, context) => {
      await vdiWriter.write(disk, out, context).catch((cause: unknown) => {
        throw new Error('not written', { cause });
      });
    }),
  ],
  ['refuses-what-is-too-large', 'any size is taken', { ...vdiWriter, check: async () => {} }],
];

export const writerMutants: readonly PartMutant[] = broken.map(([id, what, writer]) => ({
  id: `writer/${id}`,
  what,
  cases: () => checkWriter(writer, { maxBytes }),
}));
