import { escapeControls } from './escape-controls.ts';

/** One JSON value on one line. Control characters stay escaped, also those that JSON itself would let through. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
  return escapeControls(text);
}
