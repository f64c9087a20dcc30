import type { ByteSource, FileNode, FileSystemFormat } from '../../../src/kit.ts';
import { checkFileSystem } from '../../../src/testing/index.ts';
import { buildFlatVolume, fileSystemOf, flat, flatSample } from './flat-files.ts';
import type { PartMutant } from './part-mutant.ts';

/** The good file system, with changed nodes. */
function withNodes(change: (node: FileNode) => Partial<FileNode>): FileSystemFormat {
  const wrap = (node: FileNode): FileNode => {
    const whole: FileNode = {
      ...node,
      async find(name) {
        const found = await node.find(name);
        return found === undefined ? undefined : wrap(found);
      },
      async *entries() {
        for await (const { name, node: open } of node.entries()) {
          yield { name, node: async () => wrap(await open()) };
        }
      },
    };
    return { ...whole, ...change(whole) };
  };
  return {
    ...flat,
    open: async (volume, context) => fileSystemOf(wrap((await flat.open(volume, context)).root)),
  };
}

/** The same over a volume with other reads. */
function withReads(read: (volume: ByteSource) => ByteSource['read']): FileSystemFormat {
  return {
    ...flat,
    open: (volume, context) => flat.open({ ...aboutOf(volume), read: read(volume) }, context),
  };
}

function aboutOf(volume: ByteSource): Omit<ByteSource, 'read'> {
  const { sizeBytes, readyBytes } = volume;
  return { sizeBytes, readyBytes, grown: () => volume.grown(), stream: () => volume.stream() };
}

const broken: readonly [id: string, what: string, format: FileSystemFormat][] = [
  ['describes-itself', 'an id with a capital', { ...flat, id: 'Flat' }],
  ['detects', 'anything is detected', { ...flat, detect: () => true }],
  [
    'reads',
    'the last byte is left out',
    withNodes((node) => ({
      read: async (at, length) => (await node.read(at, length)).slice(0, -1),
    })),
  ],
  [
    'lists',
    'the directory itself is listed',
    withNodes((node) => ({
      async *entries() {
        yield { name: '.', node: async () => node };
        yield* node.entries();
      },
    })),
  ],
  [
    'finds',
    'what is not there is the directory',
    withNodes((node) => ({ find: async (name) => (await node.find(name)) ?? node })),
  ],
  [
    'links',
    'targets are made absolute',
    withNodes((node) => ({ target: async () => `/${await node.target()}` })),
  ],
  ['tells-files-apart', 'all have one id', withNodes(() => ({ id: '1' }))],
  [
    'refuses-what-is-cut',
    'what is missing reads as zeros',
    withReads((volume) => async (position, length) => {
      const bytes = new Uint8Array(length);
      bytes.set(await volume.read(position, length));
      return bytes;
    }),
  ],
  [
    'refuses-what-is-changed',
    'a damaged table is an exception of the language',
    {
      ...flat,
      async open(volume, context) {
        const [bracket] = await volume.read(12, 1);
        if (bracket !== 0x5b) throw new SyntaxError('no table');
        return await flat.open(volume, context);
      },
    },
  ],
  [
    'aborts',
    'the signal is passed over',
    {
      ...flat,
      open: (volume, context) =>
        flat.open(volume, { ...context, signal: new AbortController().signal }),
    },
  ],
  [
    'passes-failures-on',
    'errors become others',
    withReads((volume) => async (position, length) => {
      return await volume.read(position, length).catch((cause: unknown) => {
        throw new Error('not read', { cause });
      });
    }),
  ],
];

export const fileSystemMutants: readonly PartMutant[] = broken.map(([id, what, format]) => ({
  id: `filesystem/${id}`,
  what,
  cases: () => checkFileSystem(format, { bytes: buildFlatVolume(), ...flatSample }),
}));
