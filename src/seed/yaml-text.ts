import { refuseSeed } from './seed-error.ts';

/** Parses a YAML document that must be a mapping. Throws `ERR_INVALID_REQUEST` with the line of the fault. */
export async function readMapping(field: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    // The number of aliases is limited: a short text must not become a large value.
    value = parse(text, { maxAliasCount: 100, uniqueKeys: true, logLevel: 'error' });
  } catch (cause) {
    const [first = ''] = cause instanceof Error ? cause.message.split('\n') : [];
    throw refuseSeed(field, `not valid YAML: ${first}`, 'Correct the text and call again.', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value));
  }
  throw refuseSeed(
    field,
    'not a mapping of keys to values',
    'Write it as lines of the form "key: value".',
  );
}
