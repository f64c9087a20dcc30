import { expect, test } from 'vitest';
import { ext } from '../../formats/filesystems/ext.ts';
import { createRootdisk, type Parts } from '../../src/core.ts';
import { builtIns } from '../../src/index.ts';
import { bindParts } from '../../src/parts/bind.ts';
import { memorySource } from '../formats/filesystems/memory-source.ts';

const context = { signal: new AbortController().signal, log: () => {} };
const volume = memorySource(Buffer.alloc(1024));

/** A part in plain JavaScript, bound as `createRootdisk` binds it. */
function bound(kind: 'filesystem' | 'volumes', methods: object) {
  const part: unknown = { kind, id: 'odd', detect: () => true, ...methods };
  const formats = [part as Parts['formats'][number]];
  const { fileSystems, volumeFormats } = bindParts({ vendors: [], verifiers: [], formats });
  const [found] = [...fileSystems, ...volumeFormats];
  if (found === undefined) throw new Error('it is not bound');
  return found;
}

const broken = (method: string, text: string) => ({
  code: 'ERR_PLUGIN',
  message: expect.stringContaining(text),
  details: { plugin: 'odd', method },
});

test('the built-in ones are bound, and the image formats stay', () => {
  const { fileSystems, volumeFormats, formats } = bindParts(builtIns);
  expect(fileSystems.map(({ id }) => id)).toEqual(['named', 'btrfs', 'xfs', 'ext', 'fat']);
  expect(volumeFormats.map(({ id }) => id)).toEqual(['partitions', 'lvm2']);
  expect(formats.map(({ kind }) => kind)).not.toContain('filesystem');
});

test('the same file system twice is refused', () => {
  expect(() => createRootdisk({ formats: [ext, ext] })).toThrow(
    expect.objectContaining({ code: 'ERR_DUPLICATE_PART' }),
  );
});

test('one without a method is refused immediately', () => {
  expect(() => bound('filesystem', { open: 1 })).toThrow(
    expect.objectContaining({ code: 'ERR_PLUGIN' }),
  );
});

test('an answer that is not a file system names the part and the method', async () => {
  const part = bound('filesystem', { open: async () => ({ id: 'odd', warnings: [] }) });
  await expect(part.open(volume, context)).rejects.toMatchObject(broken('open', '.root'));
});

test('a volume without a size', async () => {
  const volumes = [{ name: 'p1', source: volume }];
  const part = bound('volumes', { open: async () => ({ scheme: 'odd', volumes, warnings: [] }) });
  await expect(part.open(volume, context)).rejects.toMatchObject(broken('open', '.sizeBytes'));
});

test('no table is a valid answer', async () => {
  const part = bound('volumes', { open: async () => undefined });
  expect(await part.open(volume, context)).toBeUndefined();
});

test.each(['filesystem', 'volumes'] as const)('an unexpected exception of a %s', async (kind) => {
  const fail = (): never => {
    throw new Error('boo');
  };
  const part = bound(kind, { open: fail, detect: fail });
  await expect(part.open(volume, context)).rejects.toMatchObject(broken('open', 'boo'));
  expect(() => part.detect({ head: Buffer.alloc(0) })).toThrow(
    expect.objectContaining(broken('detect', 'boo')),
  );
});
