/** One word of a POSIX shell, quoted only where it has to be. */
export function quoteWord(text: string): string {
  // A word that begins with `=` or `~` means something to some shells.
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command over several lines: each inner list is a line. */
export function formatCommand(lines: readonly (readonly string[])[]): string {
  return lines.map((words) => words.map(quoteWord).join(' ')).join(' \\\n  ');
}
