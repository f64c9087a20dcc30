import { refuseSeed } from './seed-error.ts';

/** A YAML document that must be a mapping. Throws `ERR_INVALID_REQUEST` with the line where it ends to be one. */
export async function readMapping(field: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    // Aliases may not multiply: a small text must stay a small value.
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
