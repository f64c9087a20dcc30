import type { FileNode, FileSystem } from '../../../src/contracts/file-system.ts';
import { defined } from '../../../src/kit/defined.ts';
import { filePaths } from '../../../src/kit/files/file-paths.ts';
import { walkPath } from '../../../src/kit/files/walk-path.ts';

/** Texts and bytes by path; `-> target` is a link. */
export type MemoryFiles = Readonly<Record<string, string | Uint8Array>>;

interface MemoryFolder {
  [name: string]: MemoryFolder | string | Uint8Array;
}

export interface MemoryFileSystem {
  id?: string;
  label?: string;
  uuid?: string;
  /** Btrfs: the path of the default subvolume; the top level otherwise. */
  defaultSubvolume?: string;
}

/** A file system whose files are written in a test. */
export function memoryFileSystem(
  files: MemoryFiles,
  { id = 'ext4', label, uuid, defaultSubvolume }: MemoryFileSystem = {},
): FileSystem {
  const top = folderOf(files);
  const paths = filePaths({ root: nodeOf(top, '/') });
  const subvolume = (path: string): Promise<FileNode> => walkPath({ root: nodeOf(top, '/') }, path);
  const root = nodeAt(top, defaultSubvolume ?? '');
  return {
    id,
    warnings: [],
    ...defined({ label, uuid }),
    ...(defaultSubvolume === undefined ? paths : filePaths({ root })),
    root,
    ...defined({ subvolume: id === 'btrfs' ? subvolume : undefined }),
  };
}

function folderOf(files: MemoryFiles): MemoryFolder {
  const top: MemoryFolder = {};
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/').filter((name) => name !== '');
    const last = names.pop() ?? '';
    let folder = top;
    for (const name of names) {
      const inner = folder[name] ?? {};
      if (typeof inner === 'string' || inner instanceof Uint8Array) throw new Error(path);
      folder[name] = inner;
      folder = inner;
    }
    folder[last] = content;
  }
  return top;
}

function nodeAt(top: MemoryFolder, path: string): FileNode {
  let folder = top;
  const names = path.split('/').filter((name) => name !== '');
  for (const name of names) {
    const inner = folder[name];
    if (inner === undefined || typeof inner === 'string' || inner instanceof Uint8Array) {
      throw new Error(`There is no subvolume ${path}`);
    }
    folder = inner;
  }
  return nodeOf(folder, `/${names.join('/')}`);
}

function nodeOf(content: MemoryFolder[string], id: string): FileNode {
  const isFile = typeof content === 'string' || content instanceof Uint8Array;
  const target = typeof content === 'string' ? /^-> (.*)$/s.exec(content)?.[1] : undefined;
  const bytes = isFile ? Buffer.from(content) : Buffer.alloc(0);
  const inner = (name: string): FileNode | undefined => {
    if (isFile || !Object.hasOwn(content, name)) return undefined;
    const found = content[name];
    return found === undefined ? undefined : nodeOf(found, `${id === '/' ? '' : id}/${name}`);
  };
  return {
    kind: target !== undefined ? 'link' : isFile ? 'file' : 'directory',
    sizeBytes: bytes.length,
    id,
    read: async (position, length) => bytes.subarray(position, position + length),
    find: async (name) => inner(name),
    target: async () => target ?? '',
    async *entries() {
      for (const name of isFile ? [] : Object.keys(content)) {
        const node = inner(name);
        if (node !== undefined) yield { name, node: async () => node };
      }
    },
  };
}
