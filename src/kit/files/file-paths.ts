import type { FileNode, FilePaths, FileStat, OpenFile } from '../../contracts/file-system.ts';
import { refuse } from '../../errors.ts';
import { type FileWorld, walkPath, wrongKind } from './walk-path.ts';

const MiB = 1024 * 1024;
/** Most entries of one directory that `list` holds in memory. */
const mostEntries = 1_000_000;

/** Files by path in a tree of nodes. */
export function filePaths(world: FileWorld): FilePaths {
  return {
    async read(path, { mostBytes = MiB } = {}) {
      const file = await fileAt(world, path);
      if (file.sizeBytes > mostBytes) {
        throw refuse(
          'limit',
          `${path} has ${file.sizeBytes} bytes; ${mostBytes} are read at most`,
          {
            limit: mostBytes,
            value: file.sizeBytes,
          },
        );
      }
      return await file.read(0, file.sizeBytes);
    },
    async open(path) {
      return openNode(await fileAt(world, path));
    },
    async list(path) {
      const directory = await walkPath(world, path);
      if (directory.kind !== 'directory') throw wrongKind('directory', path);
      const found: ({ name: string } & FileStat)[] = [];
      for await (const { name, node } of directory.entries()) {
        if (found.length === mostEntries) {
          throw refuse('limit', `${path} holds more than ${mostEntries} names`, {
            limit: mostEntries,
          });
        }
        found.push({ name, ...statOf(await node()) });
      }
      return found.sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    async stat(path) {
      return statOf(await walkPath(world, path));
    },
    async readlink(path) {
      const link = await walkPath(world, path, { followLast: false });
      if (link.kind !== 'link') throw wrongKind('link', path);
      return await link.target();
    },
  };
}

/** A node that is a file; its bytes are read in pieces of 1 MiB. */
function openNode(file: FileNode): OpenFile {
  return {
    sizeBytes: file.sizeBytes,
    read: (position, length) => file.read(position, length),
    async *stream() {
      for (let position = 0; position < file.sizeBytes; position += MiB) {
        yield await file.read(position, Math.min(MiB, file.sizeBytes - position));
      }
    },
  };
}

async function fileAt(world: FileWorld, path: string): Promise<FileNode> {
  const node = await walkPath(world, path);
  if (node.kind !== 'file') throw wrongKind('file', path);
  return node;
}

function statOf({ kind, sizeBytes }: FileNode): FileStat {
  return { kind, sizeBytes };
}
