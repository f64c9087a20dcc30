/**
 * Text from outside as it may reach a terminal: control characters, line separators and marks that turn the writing
 * direction become `\u` escapes, which JSON strings understand too.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
