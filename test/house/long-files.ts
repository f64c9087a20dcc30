import type { SourceFile } from './source-file.ts';

const longest = 300;
const nineInTen = 200;

/** Files of more than 300 lines; those of more than 200 if they are more than one in ten. */
export function findLongFiles(files: readonly SourceFile[]): string[] {
  const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
  const long = lengths.filter(({ lines }) => lines > nineInTen);
  const isMany = long.length > files.length / 10;
  return long
    .filter(({ lines }) => isMany || lines > longest)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}
