import type { Format } from '../contracts/format.ts';
import type { Artifact, Resolution } from '../contracts/vendor.ts';
import { PluginError } from '../errors.ts';

/**
 * Throws `ERR_PLUGIN` if a vendor names a layer inside a disk: layers are listed outermost first, and a disk must be
 * the last one.
 */
export function checkLayers(
  vendor: string,
  { disk, boot }: Resolution,
  formats: readonly Format[],
): void {
  for (const { fileName, layers } of [...disk, boot?.kernel, boot?.initrd].filter(isGiven)) {
    const fault = findLayerFault(layers, formats);
    if (fault === undefined) continue;
    throw new PluginError({
      code: 'ERR_PLUGIN',
      message: `${vendor}.resolve() gave an answer that breaks its contract: the layers of ${fileName}: ${fault}`,
      hint: `Report this to the author of ${vendor}.`,
      details: { plugin: vendor, method: 'resolve' },
    });
  }
}

/** The fault in the order of layers; `undefined` if there is none. */
export function findLayerFault(
  layers: readonly string[],
  formats: readonly Format[],
): string | undefined {
  const inner = layers
    .slice(0, -1)
    .find((layer) => formats.some(({ id, kind }) => id === layer && kind === 'disk'));
  if (inner === undefined) return undefined;
  return `${inner} is a disk and cannot hold another layer; layers go outermost first, found ${layers.join(', ')}`;
}

function isGiven(file: Artifact | undefined): file is Artifact {
  return file !== undefined;
}
