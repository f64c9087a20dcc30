import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the prototype with which mkfs.xfs fills a file system from a folder; returns its path. */
export function writeProto(folder: string, path: string): string {
  writeFileSync(path, ['/dev/null', '0 0', 'd--755 0 0', ...linesOf(folder), ''].join('\n'));
  return path;
}

function linesOf(folder: string): string[] {
  const lines = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const own = join(folder, entry.name);
    if (entry.isDirectory()) return [`${entry.name} d--755 0 0`, ...linesOf(own)];
    if (entry.isSymbolicLink()) return [`${entry.name} l--777 0 0 ${readlinkSync(own)}`];
    return [`${entry.name} ---644 0 0 ${own}`];
  });
  return [...lines, '$'];
}
