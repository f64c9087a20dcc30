/**
 * Characters that an editor or terminal does not show: control characters, line separators, and marks that change the
 * writing direction.
 */
const marks = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text without line breaks and invisible characters: each becomes a `\u` escape, which JSON, YAML and HCL strings
 * support.
 */
export function escapeMarks(text: string): string {
  return text
    .toWellFormed()
    .replace(marks, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string for JSON and YAML (double-quoted, YAML 1.2 section 7.3.1). */
export function quoteText(text: string): string {
  const inner = text.replace(/["\\]/g, '\\$&');
  return `"${escapeMarks(inner)}"`;
}

/** A quoted template of HCL without interpolation: the first character of `${` and `%{` is escaped. */
export function quoteHcl(text: string): string {
  return quoteText(text)
    .replace(/\$(?=\{)/g, '\\u0024')
    .replace(/%(?=\{)/g, '\\u0025');
}

/** A comment line for YAML and HCL. */
export function commentLine(text: string): string {
  return `# ${escapeMarks(text)}`;
}
