const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A count of bytes for people: `0 B`, `2 GiB`, `615.4 MiB`. Inverse of `parseSize` up to the one decimal. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const tenths = Math.round((bytes / 1024 ** power) * 10);
  // Rounding may reach the next unit: 1023.96 KiB is 1 MiB.
  if (tenths >= 10240 && power < units.length - 1) return `1 ${units[power + 1]}`;
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} ${units[power]}`;
}

/** A count of bytes, rounded and exact: `615.4 MiB (645262848 bytes)`. */
export function formatExactBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;
}

/** Seconds as a clock shows them: `0:07`, `12:05`, `1:00:00`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** How long ago, in the largest unit that fits: `just now`, `5 minutes`, `1 day`, `3 years`. */
export function formatAge(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  const steps: [unit: string, minutes: number][] = [
    ['year', 365 * 24 * 60],
    ['day', 24 * 60],
    ['hour', 60],
    ['minute', 1],
  ];
  const [unit, length] = steps.find(([, size]) => minutes >= size) ?? [];
  if (unit === undefined || length === undefined) return 'just now';
  const count = Math.floor(minutes / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** One JSON value on one line. Control characters stay escaped, also those that JSON itself would let through. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
  return escapeControls(text);
}

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
