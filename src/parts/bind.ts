import type { FileSystemFormat, VolumeFormat } from '../contracts/file-system.ts';
import type { Format } from '../contracts/format.ts';
import type { Parts } from '../contracts/parts.ts';
import type { AnyVerifier, Proof, Verifier } from '../contracts/proof.ts';
import type { Target } from '../contracts/target.ts';
import type { Tier } from '../contracts/tier.ts';
import type { Vendor } from '../contracts/vendor.ts';
import type { DiskWriter } from '../contracts/writer.ts';
import { PluginError, UsageError } from '../errors.ts';
import { checkFileSystem, checkVolumeFormat } from './check-file-system.ts';
import { checkFormat } from './check-format.ts';
import { checkList, checkParts } from './check-parts.ts';
import { checkTier } from './check-tier.ts';
import { checkWriter } from './check-writer.ts';
import { isFileSystem, isReader, isVolumeFormat, isWriter } from './format-kinds.ts';

/** Parts without duplicates, indexed for lookup. */
export interface BoundParts {
  vendors: ReadonlyMap<string, Vendor>;
  formats: readonly Format[];
  writers: readonly DiskWriter[];
  fileSystems: readonly FileSystemFormat[];
  volumeFormats: readonly VolumeFormat[];
  /** Without the targets of this package. */
  targets: readonly Target[];
  tiers: readonly Tier[];
  /** Throws `ERR_PLUGIN` if no verifier of that kind was given. */
  verifierOf<K extends Proof['kind']>(kind: K): Verifier<K>;
}

/** Names with a special meaning in references. */
const reserved = ['url', 'file'];
/** The targets of this package, with an alias for one of them. */
const ownTargets = ['file', 'imgadm', 'smartos', 'imgapi', 'zvol'];

/**
 * Checks the shape of each part (`ERR_PLUGIN`) and that no id occurs twice (`ERR_DUPLICATE_PART`), and indexes the
 * parts.
 */
export function bindParts(parts: Parts): BoundParts {
  checkParts(parts);
  refuseDoubles('vendor', [...reserved, ...parts.vendors.map((vendor) => vendor.id.toLowerCase())]);
  const formats = parts.formats.filter(isReader);
  const writers = parts.formats.filter(isWriter);
  refuseDoubles(
    'format',
    formats.map((format) => format.id),
  );
  const fileSystems = parts.formats.filter(isFileSystem);
  const volumeFormats = parts.formats.filter(isVolumeFormat);
  refuseDoubles(
    'file system',
    fileSystems.map(({ id }) => id),
  );
  refuseDoubles(
    'volume format',
    volumeFormats.map(({ id }) => id),
  );
  // `raw` needs no writer, and `source` keeps the file as published.
  refuseDoubles('writer', ['raw', 'source', ...writers.map((writer) => writer.id)]);
  refuseDoubles(
    'verifier',
    parts.verifiers.map((verifier) => verifier.kind),
  );
  const { targets = [] } = parts;
  refuseDoubles('target', [...ownTargets, ...targets.map(({ id }) => id)]);
  const verifiers = new Map<string, AnyVerifier>(parts.verifiers.map((part) => [part.kind, part]));
  return {
    vendors: new Map(parts.vendors.map((vendor) => [vendor.id.toLowerCase(), vendor])),
    formats: formats.map(checkFormat),
    writers: writers.map(checkWriter),
    fileSystems: fileSystems.map(checkFileSystem),
    volumeFormats: volumeFormats.map(checkVolumeFormat),
    targets,
    tiers: bindTiers(parts.tiers ?? []),
    verifierOf<K extends Proof['kind']>(kind: K): Verifier<K> {
      const found = verifiers.get(kind);
      // The map is keyed by kind, so the verifier found under `kind` has that kind.
      if (found !== undefined) return found as unknown as Verifier<K>;
      throw new PluginError({
        code: 'ERR_PLUGIN',
        message: `a vendor offers a proof of kind ${JSON.stringify(kind)}, but no such verifier was given`,
        hint: 'Add the verifier to the list that you give to createRootdisk.',
        details: { plugin: kind, method: 'prove' },
      });
    },
  };
}

/** Checks tiers alone, which a call may give. */
export function bindTiers(tiers: readonly Tier[]): readonly Tier[] {
  checkList('tiers', tiers);
  refuseDoubles(
    'tier',
    tiers.map(({ id }) => id),
  );
  return tiers.map(checkTier);
}

function refuseDoubles(what: string, ids: string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  throw new UsageError({
    code: 'ERR_DUPLICATE_PART',
    message: `the ${what} id ${JSON.stringify(twice)} is given twice, or is reserved`,
    hint: `Give each ${what} once; rename or drop one of them.`,
    details: { field: what, value: twice },
  });
}
