import type { Parts } from '../../core.ts';
import { PluginError } from '../../errors.ts';
import {
  type AnyVerifier,
  defineFormat,
  defineVendor,
  type Format,
  type Vendor,
} from '../../kit.ts';

const formatKinds = ['codec', 'archive', 'disk'];

/**
 * The vendors, formats and verifiers among a module's exports, also in lists and behind `default`; each once. Other
 * exports are passed over. Nothing usable is `ERR_PLUGIN`.
 */
export function collectParts(plugin: string, exports: object): Parts {
  const vendors: Vendor[] = [];
  const verifiers: AnyVerifier[] = [];
  const formats: Format[] = [];
  const found = Object.values(exports).flatMap((value: unknown) =>
    Array.isArray(value) ? value : [value],
  );
  for (const value of new Set<unknown>(found)) {
    if (isVendor(value)) vendors.push(checked(plugin, () => defineVendor(value)));
    else if (isFormat(value)) formats.push(checked(plugin, () => defineFormat(value)));
    else if (isVerifier(value)) verifiers.push(value);
  }
  if (vendors.length + verifiers.length + formats.length > 0)
    return { vendors, verifiers, formats };
  throw unusable(plugin, 'exports no vendor, format or verifier', undefined);
}

// The shape is what tells the kinds apart; the kit's own checks come after.

function isVendor(value: unknown): value is Vendor {
  return isObject(value) && 'apiVersion' in value && isFunction(value, 'resolve');
}

function isFormat(value: unknown): value is Format {
  if (!isObject(value) || !isFunction(value, 'detect')) return false;
  return 'kind' in value && formatKinds.some((kind) => kind === value.kind);
}

function isVerifier(value: unknown): value is AnyVerifier {
  return isObject(value) && 'kind' in value && isFunction(value, 'prove');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isFunction(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}

function checked<T>(plugin: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw unusable(plugin, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(plugin: string, why: string, cause: unknown): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN',
    message: `the plug-in ${plugin}: ${why}`,
    hint: `Report this to the author of ${plugin}; the shape of parts is documented in rootdisk/kit.`,
    details: { plugin, method: 'import' },
    cause,
  });
}
