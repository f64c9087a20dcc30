import type { Extents } from '../../bytes/extents.ts';

const shades = [' ', '░', '▒', '▓', '█'] as const;

/** Where a disk holds data, as one line of `columns` cells from its start to its end, darker where there is more. */
export function drawMap(extents: Extents, virtualSize: number, columns: number): string {
  const cellBytes = virtualSize / columns;
  const filled = new Float64Array(columns);
  for (const [offset, length] of extents) {
    const last = Math.min(columns - 1, Math.floor((offset + length - 1) / cellBytes));
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
