import type { Warning } from './contracts/log.ts';

/** Each code with the same text once, in order. */
export function uniqueWarnings(warnings: readonly Warning[]): Warning[] {
  return warnings.filter(
    ({ code, message }, index) =>
      index === warnings.findIndex((other) => other.code === code && other.message === message),
  );
}
