/** Text as lines of at most `columns` characters, broken between words; a word that is longer is broken too. */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(1, columns);
  return wrapWords(text, width).flatMap((line) => {
    const parts = line.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [''];
    return parts;
  });
}

/** The same, where a word that is longer has a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
  }
  return [...lines, line];
}
