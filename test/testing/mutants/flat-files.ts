import {
  type ByteSource,
  defineFormat,
  type FileNode,
  type FileSystem,
  type FileSystemFormat,
  filePaths,
  hasMagic,
  refuse,
} from '../../../src/kit.ts';

const text = new TextEncoder();
const decoder = new TextDecoder();
export const flatSample: {
  files: Record<string, Uint8Array>;
  links: Record<string, string>;
} = {
  files: {
    '/one.txt': text.encode('one\n'),
    '/boot/kernel': new Uint8Array(9000).map((_, at) => at),
    '/boot/empty': new Uint8Array(0),
  },
  links: { '/boot/latest': 'kernel' },
};

/** A volume of it: `FLAT1`, the length of the table, and the table: path, offset and length, or path and target. */
export function buildFlatVolume(): Uint8Array {
  const files = Object.entries(flatSample.files);
  let end = 4096;
  const table: (string | number)[][] = files.map(([path, bytes]) => {
    end += bytes.length;
    return [path, end - bytes.length, bytes.length];
  });
  for (const [path, target] of Object.entries(flatSample.links)) table.push([path, target]);
  const volume = new Uint8Array(end);
  const words = text.encode(JSON.stringify(table));
  volume.set(text.encode('FLAT1'));
  new DataView(volume.buffer).setUint32(8, words.length, true);
  volume.set(words, 12);
  for (const [index, [, bytes]] of files.entries()) volume.set(bytes, Number(table[index]?.[1]));
  return volume;
}

export const flat: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'flat',
  detect: ({ head }) => hasMagic(head, 'FLAT1'),
  open: async (volume, { signal }) => fileSystemOf(nodeOf('', await readTable(volume, signal))),
});

/** A file system around a tree of nodes. */
export function fileSystemOf(root: FileNode): FileSystem {
  return { id: 'flat', warnings: [], root, ...filePaths({ root }) };
}

interface Tree {
  entries: Map<string, { target: string } | { offset: number; length: number }>;
  read: ByteSource['read'];
}

async function readTable(volume: ByteSource, signal: AbortSignal): Promise<Tree> {
  const read: ByteSource['read'] = async (position, length) => {
    signal.throwIfAborted();
    const bytes = await volume.read(position, length);
    if (bytes.length < length) throw refuse('truncated', 'The flat volume is cut');
    return bytes;
  };
  const head = await read(0, 12);
  const length = new DataView(head.buffer, head.byteOffset).getUint32(8, true);
  if (length > 4084) throw refuse('corrupt-header', 'The table of the flat volume is too long');
  return { read, entries: parseTable(decoder.decode(await read(12, length))) };
}

function parseTable(words: string): Tree['entries'] {
  const entries: Tree['entries'] = new Map();
  let table: unknown;
  try {
    table = JSON.parse(words);
  } catch (cause) {
    throw refuse('corrupt-table', 'The table of the flat volume does not parse', { cause });
  }
  for (const row of Array.isArray(table) ? table : []) {
    const [path, first, length]: unknown[] = Array.isArray(row) ? row : [];
    if (typeof path !== 'string') throw refuse('corrupt-table', 'A flat path is none');
    if (typeof first === 'string') entries.set(path, { target: first });
    else entries.set(path, { offset: numberOf(first), length: numberOf(length) });
  }
  return entries;
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refuse('corrupt-table', 'A flat number is none');
}

function nodeOf(path: string, tree: Tree): FileNode {
  const entry = tree.entries.get(path);
  const names = new Set(
    [...tree.entries.keys()].flatMap((one) => {
      return one.startsWith(`${path}/`) ? [one.slice(path.length + 1).split('/')[0] ?? ''] : [];
    }),
  );
  const size = entry !== undefined && 'length' in entry ? entry.length : 0;
  return {
    kind: entry === undefined ? 'directory' : 'target' in entry ? 'link' : 'file',
    sizeBytes: size,
    id: path,
    async read(position, length) {
      const offset = entry !== undefined && 'offset' in entry ? entry.offset : 0;
      const wanted = Math.max(0, Math.min(length, size - position));
      return wanted === 0 ? new Uint8Array() : await tree.read(offset + position, wanted);
    },
    find: async (name) => (names.has(name) ? nodeOf(`${path}/${name}`, tree) : undefined),
    async *entries() {
      for (const name of names) yield { name, node: async () => nodeOf(`${path}/${name}`, tree) };
    },
    target: async () => (entry !== undefined && 'target' in entry ? entry.target : ''),
  };
}
