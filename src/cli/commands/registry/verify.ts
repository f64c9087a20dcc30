import { exitCodes } from '../../../errors/exit-codes.ts';
import type { RegistryOrigin, VerifiedImage } from '../../../oci.ts';
import { describeSigner } from '../../print/describe-image.ts';
import { formatTable } from '../../print/format-table.ts';
import type { Command } from '../command.ts';
import { readingOptions, readRepository } from './repository.ts';

export const registryVerify: Command = {
  name: 'registry verify',
  operands: ['<host/repo>', '[name | tag]…'],
  summary: 'Verify bytes and origin of the images again.',
  options: [...readingOptions, 'plugin'],
  columns: [
    ['BYTES', 'whether every blob has the digest and length that its manifest states'],
    ['ORIGIN', 'whether the vendor signed them, by the keys of this package'],
  ],
  examples: [
    ['rootdisk registry verify localhost:5000/fleet/images', 'all images; exit 5 on damage'],
    ['rootdisk registry verify localhost:5000/images NAME --json', 'one image, for a script'],
  ],
  async run(context) {
    const { place, options } = readRepository(context);
    const { verifyRegistry } = await import('../../../oci.ts');
    const images: VerifiedImage[] = [];
    const names = context.operands.slice(1);
    for await (const image of verifyRegistry(context.parts, place, names, options)) {
      images.push(image);
    }
    const isBad = ({ state, origin }: VerifiedImage): boolean =>
      state !== 'intact' || origin?.state === 'failed';
    const damaged = images.filter(isBad).length;
    const rows = images.map((image) => [image.name, describeBytes(image), describe(image.origin)]);
    const table = formatTable([['NAME', 'BYTES', 'ORIGIN'], ...rows], {
      columns: context.columns,
    });
    const summary = `${images.length} image${images.length === 1 ? '' : 's'}, ${damaged} damaged or with a wrong origin`;
    return {
      text: [...(images.length === 0 ? [] : [table]), summary, ...advice(images)].join('\n'),
      json: { registry: place, images, damaged },
      exitCode: damaged > 0 ? exitCodes.integrity : 0,
    };
  },
};

function describeBytes({ state, blobs, reason }: VerifiedImage): string {
  if (reason !== undefined) return `${state}: ${reason}`;
  const bad = blobs.filter((blob) => blob.state !== 'intact');
  return bad.length === 0 ? state : bad.map((blob) => `${blob.role} ${blob.state}`).join(', ');
}

function describe(origin: RegistryOrigin | undefined): string {
  if (origin === undefined) return '-';
  const { state, signer, reason } = origin;
  const by = signer === undefined ? '' : `, signed by ${describeSigner(signer)}`;
  return `${state}${by}${reason === undefined ? '' : `: ${reason}`}`;
}

/** What to do, for each bad blob once: images may share it. */
function advice(images: readonly VerifiedImage[]): string[] {
  const bad = images.flatMap(({ blobs }) => blobs).filter((blob) => blob.advice !== undefined);
  const once = new Map(bad.map((blob) => [blob.digest, blob]));
  return [...once.values()].flatMap(({ digest, state, reason, advice = '' }) => [
    '',
    `${digest} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
    advice,
  ]);
}
