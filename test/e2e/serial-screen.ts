const rows = 24;
const columns = 80;

/** The screen of a terminal with 80 columns after these bytes: text and its position, nothing else. */
export function readScreen(bytes: string): string {
  const grid = Array.from({ length: rows }, () => Array<string>(columns).fill(' '));
  let [row, column] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read
  const parts = bytes.matchAll(/\x1b\[([?\d;]*)([a-zA-Z])|\x1b[()].|\x1b.|[\s\S]/g);
  for (const [part, parameters = '', letter] of parts) {
    const [first = 1, second = 1] = parameters.split(';').map((text) => Number(text) || 1);
    if (letter === 'H') [row, column] = [first - 1, second - 1];
    else if (letter === 'J') for (const line of grid) line.fill(' ');
    else if (letter === 'C') column += first;
    else if (part === '\r') column = 0;
    else if (part === '\b') column -= 1;
    else if (part === '\n') row += 1;
    else if (part.length === 1 && part >= ' ') {
      const line = grid[Math.min(row, rows - 1)];
      if (line !== undefined && column < columns) line[column] = part;
      column += 1;
    }
    if (row < rows) continue;
    row = rows - 1;
    grid.push(Array<string>(columns).fill(' '));
    grid.shift();
  }
  return grid
    .map((line) => line.join('').trimEnd())
    .filter(Boolean)
    .join('\n');
}
