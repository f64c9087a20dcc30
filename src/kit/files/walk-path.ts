import type { FileNode } from '../../contracts/file-system.ts';
import { NotFoundError, refuse } from '../../errors.ts';

/** A tree of directories: one file system, or several that are joined at the paths in `mounts`. */
export interface FileWorld {
  root: FileNode;
  /** Roots of other file systems by their mount point: `/boot`. */
  mounts?: ReadonlyMap<string, FileNode>;
}

/** The limits of Linux, except for the depth (filesystems.md, section 8). */
const most = { pathBytes: 4096, nameBytes: 255, depth: 64, links: 40, targetBytes: 4095 };

/** A found node, and the directories from the root down to it. */
interface Step {
  name: string;
  node: FileNode;
}

/**
 * Finds the node at a path. A path cannot leave the tree: `..` at the root stays there, and an absolute link starts
 * at the root. `ERR_NOT_FOUND` names the missing part of the path.
 */
export async function walkPath(
  world: FileWorld,
  path: string,
  { followLast = true }: { followLast?: boolean } = {},
): Promise<FileNode> {
  if (Buffer.byteLength(path) > most.pathBytes) throw tooMuch('path', path, most.pathBytes);
  const steps: Step[] = [];
  const ahead = split(path);
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      steps.pop();
      continue;
    }
    if (steps.length === most.depth) throw tooMuch('directories', path, most.depth);
    const node = await step(world, steps, name, path);
    if (node.kind !== 'link' || (ahead.length === 0 && !followLast)) {
      steps.push({ name, node });
      continue;
    }
    links += 1;
    if (links > most.links) throw tooMuch('links', path, most.links);
    const target = await node.target();
    if (target === '' || Buffer.byteLength(target) > most.targetBytes) {
      throw refuse('corrupt-data', `The link ${place(steps, name)} has an invalid target`);
    }
    if (target.startsWith('/')) steps.length = 0;
    ahead.push(...split(target));
  }
  return steps.at(-1)?.node ?? world.root;
}

/** The error for a node of another kind than requested, such as a directory in place of a file. */
export function wrongKind(wanted: 'file' | 'directory' | 'link', path: string): Error {
  return refuse('not-a-file', `${shown(path)} is not a ${wanted}`, {
    hint: `Name a ${wanted}.`,
  });
}

async function step(
  world: FileWorld,
  steps: readonly Step[],
  name: string,
  path: string,
): Promise<FileNode> {
  const parent = steps.at(-1)?.node ?? world.root;
  const here = place(steps, name);
  // A path below a file does not exist, as on Linux.
  const isNameable = parent.kind === 'directory' && Buffer.byteLength(name) <= most.nameBytes;
  const node = world.mounts?.get(here) ?? (isNameable ? await parent.find(name) : undefined);
  if (node !== undefined) return node;
  const whole = here === path ? '' : `, which ${shown(path)} leads to`;
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `There is no ${shown(here)}${whole}`,
    hint: 'Name a path that exists on the disk.',
    details: { field: 'path', value: here },
  });
}

/** The names of a path, in reverse order. */
function split(path: string): string[] {
  if (path.includes('\0')) throw refuse('unsafe-path', 'A path or a link holds a zero byte');
  return path.split('/').reverse();
}

function place(steps: readonly Step[], name: string): string {
  return `/${[...steps.map((one) => one.name), name].join('/')}`;
}

function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}

function tooMuch(what: string, path: string, limit: number): Error {
  return refuse(
    'limit',
    `The path ${shown(path)} has more than ${limit} ${what === 'path' ? 'bytes' : what}`,
    {
      limit,
    },
  );
}
