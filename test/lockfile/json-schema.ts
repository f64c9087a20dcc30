import { parseRecord } from '../../src/kit/records.ts';

/** The errors of a value by a JSON Schema, for the keywords in the published schema; empty if there are none. */
export function faultsOf(root: object, value: unknown): string[] {
  const whole = parseRecord(root, 'schema');
  return check(whole, whole, value, '');
}

type Schema = Record<string, unknown>;

const keywords = new Set([
  ...['$schema', '$id', '$defs', '$ref', 'title', 'description', 'type', 'properties', 'required'],
  ...['additionalProperties', 'minProperties', 'items', 'minItems', 'enum', 'const', 'pattern'],
  'minimum',
]);

function check(root: Schema, schema: Schema, value: unknown, at: string): string[] {
  const unknown = Object.keys(schema).find((word) => !keywords.has(word));
  if (unknown !== undefined) throw new Error(`the checker does not know ${unknown}`);
  const reference = schema['$ref'];
  const faults = reference === undefined ? [] : check(root, find(root, reference), value, at);
  const fail = (what: string) => faults.push(`${at || 'the file'} ${what}`);
  const { type, pattern, minimum } = schema;
  if (type !== undefined && !isOfType(String(type), value)) fail(`is no ${type}`);
  if ('const' in schema && schema['const'] !== value) fail(`is not ${schema['const']}`);
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value))
    fail('is none of the words');
  if (
    typeof value === 'string' &&
    typeof pattern === 'string' &&
    !new RegExp(pattern).test(value)
  ) {
    fail(`does not match ${pattern}`);
  }
  if (typeof value === 'number' && value < Number(minimum ?? value)) fail('is too small');
  if (Array.isArray(value)) {
    if (value.length < Number(schema['minItems'] ?? 0)) fail('has too few items');
    const items = schema['items'];
    if (items === undefined) return faults;
    return [
      ...faults,
      ...value.flatMap((item, i) => check(root, parseRecord(items, at), item, `${at}[${i}]`)),
    ];
  }
  if (typeof value !== 'object' || value === null) return faults;
  return [...faults, ...checkMembers(root, schema, parseRecord(value, at), at)];
}

function checkMembers(root: Schema, schema: Schema, value: Schema, at: string): string[] {
  const properties = parseRecord(schema['properties'] ?? {}, at);
  const others = schema['additionalProperties'];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const isShort = Object.keys(value).length < Number(schema['minProperties'] ?? 0);
  return [
    ...(isShort ? [`${at} has too few members`] : []),
    ...required.flatMap((name) => (name in value ? [] : [`${at} has no ${name}`])),
    ...Object.entries(value).flatMap(([name, member]) => {
      const inner = properties[name] ?? (others === false ? undefined : (others ?? {}));
      if (inner === undefined) return [`${at} has an unknown ${name}`];
      return check(root, parseRecord(inner, at), member, `${at}.${name}`);
    }),
  ];
}

function find(root: Schema, reference: unknown): Schema {
  const name = String(reference).replace('#/$defs/', '');
  return parseRecord(parseRecord(root['$defs'], '$defs')[name], name);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}
