import type { Extents } from '../../bytes/extents.ts';
import { formatBytes } from './format.ts';
import { wrapText } from './wrap-text.ts';

const shades = [' ', '░', '▒', '▓', '█'] as const;
const widest = 78;

/**
 * Where a disk holds data, for a terminal of so many columns: a scale, the map, and what its shades mean. No line is
 * longer than the terminal is wide.
 */
export function drawMap(extents: Extents, virtualSize: number, columns: number): string[] {
  const cells = Math.max(1, Math.min(columns, widest) - 2);
  const end = formatBytes(virtualSize);
  const cell = formatBytes(Math.ceil(virtualSize / cells));
  // Where the end of the scale does not fit, the legend has to do.
  const scale = cells > end.length + 2 ? [` 0${end.padStart(cells - 1)}`] : [];
  const legend = `1 character is ${cell}: █ data, ▓ ▒ ░ partly data, blank zeros; the disk has ${end}`;
  return [...scale, `[${shadeCells(extents, virtualSize, cells)}]`, ...wrapText(legend, columns)];
}

/** One line of `cells` characters from the start of the disk to its end, darker where there is more data. */
function shadeCells(extents: Extents, virtualSize: number, cells: number): string {
  const cellBytes = virtualSize / cells;
  const filled = new Float64Array(cells);
  for (const [offset, length] of extents) {
    const last = Math.min(cells - 1, Math.floor((offset + length - 1) / cellBytes));
    for (let cell = Math.floor(offset / cellBytes); cell <= last; cell += 1) {
      const from = Math.max(offset, cell * cellBytes);
      const to = Math.min(offset + length, (cell + 1) * cellBytes);
      filled[cell] = (filled[cell] ?? 0) + Math.max(0, to - from);
    }
  }
  const darkest = shades.length - 1;
  return Array.from(
    filled,
    (bytes) => shades[Math.ceil((bytes / cellBytes) * darkest)] ?? shades[darkest],
  ).join('');
}
