import { refuse } from '../errors.ts';

/** Far longer than any manifest; the whole manifest is held in memory. */
export const maxManifestBytes: number = 1024 * 1024;

/** Parses a manifest, a JSON object, and keeps all its fields. Throws `ERR_DECODE` for anything else. */
export function parseBundleManifest(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable('is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unusable('is not a JSON object');
  }
  return Object.fromEntries(Object.entries(value));
}

function unusable(what: string, cause?: unknown): Error {
  return refuse('corrupt-header', `the manifest of the bundle ${what}`, {
    hint: 'Report it to the publisher of the bundle.',
    cause,
  });
}
