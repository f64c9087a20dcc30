import { escapeControls } from './escape-controls.ts';

export interface TableOptions {
  /** Columns, counted from 0, that hold numbers and are aligned to the right. */
  right?: readonly number[];
}

/** Rows of text as aligned columns, two spaces apart, one line each; what came from outside is escaped. */
export function formatTable(
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const cells = rows.map((row) => row.map(escapeControls));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return options.right?.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
