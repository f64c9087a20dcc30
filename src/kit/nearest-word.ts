/** The probable correct spelling among `words`: at most two edits away, and fewer for short words. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const allowed = typed.length <= 3 ? 1 : 2;
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const distance = countEdits(typed, word);
    // An incomplete word, as in `--verb`, counts too.
    const near = distance <= allowed || (typed.length >= 3 && word.startsWith(typed));
    if (near && distance < (best?.distance ?? Infinity)) best = { word, distance };
  }
  return best?.word;
}

/** Counts letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function countEdits(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const replace = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swapped ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replace, swap));
    }
  }
  return at(from.length, to.length);
}
