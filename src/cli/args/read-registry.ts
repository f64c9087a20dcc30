import type { Parts } from '../../core.ts';
import type { Flags } from './flags.ts';
import type { OptionName } from './options.ts';
import { invalidOption, invalidValue } from './refuse.ts';

/** The parts of a command, with the registry that the flags name as the first tier. */
export async function withRegistry(parts: Parts, flags: Flags): Promise<Parts> {
  const given = flags.text('registry');
  if (given === undefined) {
    const names: OptionName[] = ['registry-write', 'registry-only', 'registry-mirror'];
    const alone = names.find((name) => flags.has(name));
    if (alone === undefined) return parts;
    throw invalidOption(alone, 'no registry was named', 'Add --registry HOST/REPO.');
  }
  const [, registry, repository] = /^((?:https?:\/\/)?[^/]+)\/(.+)$/.exec(given) ?? [];
  if (registry === undefined || repository === undefined) {
    throw invalidValue('registry', given, 'Write HOST/REPO, such as registry.example:5000/images.');
  }
  const write = flags.has('registry-write');
  const only = flags.has('registry-only');
  if (write && only) {
    const why = 'with --registry-only nothing comes from upstream';
    throw invalidOption('registry-write', why, 'Leave out --registry-write or --registry-only.');
  }
  const { registryTier } = await import('../../oci.ts');
  const mirror = flags.text('registry-mirror');
  const tier = registryTier({ registry, repository, write, only, mirror });
  return { ...parts, tiers: [tier, ...(parts.tiers ?? [])] };
}
