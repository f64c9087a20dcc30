/** A word for a POSIX shell, quoted only if necessary. */
export function quoteWord(text: string): string {
  // A leading `=` or `~` has a meaning in some shells.
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command on several lines: each inner list is a line. */
export function formatCommand(lines: readonly (readonly string[])[]): string {
  return lines.map((words) => words.map(quoteWord).join(' ')).join(' \\\n  ');
}
