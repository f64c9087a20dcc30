import type { Parts } from '../contracts/parts.ts';
import { PluginError, UsageError } from '../errors.ts';
import {
  checkVerifierShape,
  defineFormat,
  defineTarget,
  defineTier,
  defineVendor,
  defineWriter,
} from '../kit/define.ts';

/** The checks of `defineVendor` and the other define functions, for parts that were made without them. */
const checks: Readonly<Record<keyof Parts, (part: never) => unknown>> = {
  vendors: defineVendor,
  formats: (part: Parts['formats'][number]) =>
    part.kind === 'writer' ? defineWriter(part) : defineFormat(part),
  verifiers: checkVerifierShape,
  targets: defineTarget,
  tiers: defineTier,
};

/** Throws `ERR_PLUGIN`, which names the first part with a wrong shape or another `apiVersion`. */
export function checkParts(parts: Parts): void {
  checkList('vendors', parts.vendors);
  checkList('formats', parts.formats);
  checkList('verifiers', parts.verifiers);
  checkList('targets', parts.targets ?? []);
  checkList('tiers', parts.tiers ?? []);
}

/** Like `checkParts`, for one list. */
export function checkList(list: keyof Parts, parts: readonly object[]): void {
  if (!Array.isArray(parts)) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${list} must be a list`,
      hint: `Give createRootdisk a list of ${list}, or leave it out.`,
      details: { field: list },
    });
  }
  for (const [index, part] of parts.entries()) {
    try {
      checks[list](part as never);
    } catch (cause) {
      throw unfit(nameOf(part) ?? `${list}[${index}]`, cause);
    }
  }
}

/** A vendor or a format has an id, a verifier has a kind. */
function nameOf(part: unknown): string | undefined {
  const { id, kind } = Object(part);
  const name: unknown = id ?? kind;
  return typeof name === 'string' ? name : undefined;
}

function unfit(plugin: string, cause: unknown): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN',
    message: cause instanceof Error ? cause.message : String(cause),
    hint: `Install a version of ${plugin} that fits this version of rootdisk, or report this to its author.`,
    details: { plugin, method: 'define' },
    cause,
  });
}
