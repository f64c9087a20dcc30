/** What an editor or terminal would not show as it is: controls, line separators, marks that turn the writing direction. */
const marks = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text without line breaks and invisible characters: each becomes a `\u` escape, which JSON, YAML and HCL strings read. */
export function escapeMarks(text: string): string {
  return text
    .toWellFormed()
    .replace(marks, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string of JSON and of YAML (double-quoted, YAML 1.2 section 7.3.1). */
export function quoteText(text: string): string {
  const inner = text.replace(/["\\]/g, '\\$&');
  return `"${escapeMarks(inner)}"`;
}

/** A quoted template of HCL in which nothing is interpolated: `${` and `%{` lose their first character to an escape. */
export function quoteHcl(text: string): string {
  return quoteText(text)
    .replace(/\$(?=\{)/g, '\\u0024')
    .replace(/%(?=\{)/g, '\\u0025');
}

/** A comment line of YAML and HCL. */
export function commentLine(text: string): string {
  return `# ${escapeMarks(text)}`;
}
