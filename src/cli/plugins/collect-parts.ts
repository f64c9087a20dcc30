import type { Parts } from '../../core.ts';
import { PluginError } from '../../errors.ts';
import { checkVerifierShape } from '../../kit/define.ts';
import {
  type AnyVerifier,
  defineFormat,
  defineTarget,
  defineTier,
  defineVendor,
  defineWriter,
  type Target,
  type Tier,
  type Vendor,
} from '../../kit.ts';

const formatKinds: readonly unknown[] = [
  'codec',
  'archive',
  'disk',
  'writer',
  'filesystem',
  'volumes',
];
const lists = ['vendors', 'verifiers', 'formats', 'targets', 'tiers'] as const;

/**
 * The vendors, formats, verifiers, targets and tiers among a module's exports: single ones, lists, and what `createRootdisk`
 * takes (`{ vendors, formats, verifiers, targets, tiers }`, as the default export too); each once. Other exports are passed over. Nothing usable
 * is `ERR_PLUGIN`.
 */
export function collectParts(plugin: string, exports: object): Required<Parts> {
  const vendors: Vendor[] = [];
  const verifiers: AnyVerifier[] = [];
  const formats: Parts['formats'][number][] = [];
  const targets: Target[] = [];
  const tiers: Tier[] = [];
  const found = Object.values(exports).flatMap((value) => spread(plugin, value));
  for (const value of new Set<unknown>(found)) {
    if (isTier(value)) tiers.push(checked(plugin, () => defineTier(value)));
    else if (isTarget(value)) targets.push(checked(plugin, () => defineTarget(value)));
    else if (isVendor(value)) vendors.push(checked(plugin, () => defineVendor(value)));
    else if (isFormat(value)) formats.push(checked(plugin, () => define(value)));
    else if (isVerifier(value)) {
      checked(plugin, () => checkVerifierShape(value));
      verifiers.push(value);
    }
  }
  const parts = { vendors, verifiers, formats, targets, tiers };
  if (Object.values(parts).some(({ length }) => length > 0)) return parts;
  throw unusable(plugin, 'exports no vendor, format, verifier, target or tier', undefined);
}

/** What an export holds: itself, the items of a list, or those of the lists of parts. */
function spread(plugin: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value) || !lists.some((name) => Array.isArray(Reflect.get(value, name)))) {
    return [value];
  }
  return lists.flatMap((name): unknown[] => {
    const parts: unknown = Reflect.get(value, name) ?? [];
    if (!Array.isArray(parts)) throw unusable(plugin, `${name} is not a list`, undefined);
    const strange = parts.findIndex((part) => !isPartOf[name](part));
    if (strange < 0) return parts;
    throw unusable(plugin, `${name}[${strange}] is not a ${name.replace(/s$/, '')}`, undefined);
  });
}

// The shape is what tells the kinds apart; the kit's own checks come after.

function isVendor(value: unknown): value is Vendor {
  if (!isObject(value) || 'kind' in value || !('id' in value)) return false;
  return 'apiVersion' in value || isFunction(value, 'resolve');
}

function isFormat(value: unknown): value is Parts['formats'][number] {
  return isObject(value) && 'kind' in value && formatKinds.includes(value.kind);
}

function isVerifier(value: unknown): value is AnyVerifier {
  return isObject(value) && 'kind' in value && isFunction(value, 'prove');
}

function define(part: Parts['formats'][number]): Parts['formats'][number] {
  return part.kind === 'writer' ? defineWriter(part) : defineFormat(part);
}

function isTarget(value: unknown): value is Target {
  return isObject(value) && 'id' in value && isFunction(value, 'deliver');
}

function isTier(value: unknown): value is Tier {
  return isObject(value) && 'id' in value && isFunction(value, 'visit');
}

const isPartOf = {
  vendors: isVendor,
  verifiers: isVerifier,
  formats: isFormat,
  targets: isTarget,
  tiers: isTier,
};

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
    hint: `Report this to the author of ${plugin}; docs/plugins.md describes the shape of parts.`,
    details: { plugin, method: 'import' },
    cause,
  });
}
