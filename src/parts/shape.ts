import { PluginError } from '../errors.ts';
import { digestOfHex } from '../kit/digest.ts';
import { nearestWord } from '../kit/nearest-word.ts';

/**
 * Checks a value of a plug-in: returns the fault, or `undefined`. The text continues a sentence after the name of the
 * value.
 */
export type Shape = (value: unknown) => string | undefined;

/**
 * Throws `ERR_PLUGIN`, which names the plug-in and its method, if an answer does not have the shape of the contract.
 */
export function checkAnswer<T>(plugin: string, method: string, answer: T, shape: Shape): T {
  const fault = shape(answer);
  if (fault === undefined) return answer;
  throw new PluginError({
    code: 'ERR_PLUGIN',
    message: `${plugin}.${method}() gave an answer that breaks its contract: ${fault}`,
    hint: `Report this to the author of ${plugin}.`,
    details: { plugin, method },
  });
}

/** A value that passes a test; `wanted` says what it must be. */
export function shape(wanted: string, test: (value: unknown) => boolean): Shape {
  return (value) => (test(value) ? undefined : ` should be ${wanted}, found ${show(value)}`);
}

const text: Shape = shape('a text', (value) => typeof value === 'string' && value !== '');
const anyText: Shape = shape('a text', (value) => typeof value === 'string');
const flag: Shape = shape('true or false', (value) => typeof value === 'boolean');
const size: Shape = shape('a number of bytes', (value) => {
  return Number.isSafeInteger(value) && Number(value) >= 0;
});
const method: Shape = shape('a function', (value) => typeof value === 'function');
const bytes: Shape = shape('bytes', (value) => value instanceof Uint8Array);
const time: Shape = shape('a date', (value) => {
  return value instanceof Date && !Number.isNaN(value.getTime());
});
const address: Shape = shape('an https address', (value) => {
  return value instanceof URL && /^https?:$/.test(value.protocol);
});
const digest: Shape = shape('sha256 or sha512 in lower-case hex', (value) => {
  return typeof value === 'string' && digestOfHex(value.replace(/^sha(?:256|512):/, '')) === value;
});

export function oneOf(values: readonly unknown[]): Shape {
  return shape(`one of ${values.join(', ')}`, (value) => values.includes(value));
}

export function optional(inner: Shape): Shape {
  return (value) => (value === undefined ? undefined : inner(value));
}

export function either(...shapes: readonly Shape[]): Shape {
  return (value) => {
    const faults = shapes.map((one) => one(value));
    return faults.includes(undefined) ? undefined : faults.at(-1);
  };
}

export function listOf(inner: Shape, min = 0): Shape {
  return (value) => {
    if (!Array.isArray(value)) return ` should be a list, found ${show(value)}`;
    if (value.length < min) return ' should not be an empty list';
    for (const [index, item] of value.entries()) {
      const fault = inner(item);
      if (fault !== undefined) return `[${index}]${fault}`;
    }
    return undefined;
  };
}

/** An object with at least these fields; a misspelt field is a fault. */
export function record(fields: Readonly<Record<string, Shape>>): Shape {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return ` should be an object, found ${show(value)}`;
    }
    const slip = slipIn(value, fields);
    if (slip !== undefined) return slip;
    for (const [name, inner] of Object.entries(fields)) {
      const fault = inner(Reflect.get(value, name));
      if (fault !== undefined) return `.${name}${fault}`;
    }
    return undefined;
  };
}

/**
 * Finds an unknown field that resembles a missing one: a misspelt optional field would be ignored silently. Other
 * unknown fields are allowed, so that a plug-in may be newer than this package.
 */
function slipIn(value: object, fields: Readonly<Record<string, Shape>>): string | undefined {
  const missing = Object.keys(fields).filter((name) => Reflect.get(value, name) === undefined);
  if (missing.length === 0) return undefined;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(fields, name)) continue;
    const meant = nearestWord(name, missing);
    if (meant === undefined) continue;
    return ` has an unknown field ${show(name)}; did you mean ${meant}?`;
  }
  return undefined;
}

/** An object whose values all have the shape `inner`, whatever their names. */
export function valuesOf(inner: Shape): Shape {
  return (value) => {
    const fault = record({})(value);
    if (fault !== undefined) return fault;
    const shapes = Object.keys(Object(value)).map((name) => [name, inner] as const);
    return record(Object.fromEntries(shapes))(value);
  };
}

const warnings: Shape = listOf(record({ code: text, message: anyText }));

/** Shapes of common values. */
export const shapes: Readonly<
  Record<
    | 'address'
    | 'anyText'
    | 'bytes'
    | 'digest'
    | 'flag'
    | 'method'
    | 'size'
    | 'text'
    | 'time'
    | 'warnings',
    Shape
  >
> = { address, anyText, bytes, digest, flag, method, size, text, time, warnings };

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
