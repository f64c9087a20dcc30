import { createRootdisk, type ResolvedImage, type Warning } from '../../core.ts';
import { shownText } from '../../kit/public-url.ts';
import { requestOptions, transportOptions } from '../args/option-groups.ts';
import { readCatalogPath } from '../args/read-lockfile.ts';
import { readChoices, readRequest, readTrust } from '../args/read-options.ts';
import { describeGuest, describeTrust } from '../print/describe-image.ts';
import { formatBytes, formatExactBytes } from '../print/format.ts';
import { formatTable } from '../print/format-table.ts';
import { isPrinted } from '../progress/reporter.ts';
import type { Command } from './command.ts';

export const resolveCommand: Command = {
  name: 'resolve',
  operands: ['<ref | url | file>'],
  summary: 'Print address, size, digest and trust of an image.',
  options: [
    ...requestOptions,
    'format',
    'boot',
    'digest',
    'catalog',
    'bundles',
    'refresh',
    ...transportOptions,
  ],
  examples: [
    ['rootdisk resolve ubuntu:24.04', 'address, size, digest and trust'],
    ['rootdisk resolve debian --json | jq -r .snapshot', 'the build that is newest now'],
    ['rootdisk resolve alpine:3.22 --trust signed', 'fail unless it is signed'],
  ],
  async run({
    operands: [reference = ''],
    flags,
    cwd,
    parts,
    transport,
    onProgress,
    warn,
    columns,
  }) {
    onProgress({ type: 'stage', stage: 'resolve', message: `resolving ${shownText(reference)}` });
    const { trust, format } = readChoices(flags);
    const { identity: _, ...image } = await createRootdisk(parts).resolveImage(reference, {
      ...transport,
      ...readRequest(flags),
      ...readTrust(flags, cwd),
      trust,
      format,
      boot: flags.has('boot'),
      digest: flags.text('digest'),
      catalog: readCatalogPath(flags, cwd),
      refresh: flags.has('refresh'),
    });
    // The table tells them too.
    if (flags.has('json')) warn(image.trust.warnings);
    const printed = image.trust.warnings.filter(isPrinted(flags));
    return { text: formatTable(rows(image, printed), { columns }), json: image };
  },
};

function rows(image: Omit<ResolvedImage, 'identity'>, warnings: readonly Warning[]): string[][] {
  const { vendor, release, codename, version, variant, arch, snapshot } = image;
  const { sizeBytes, peakBytes, uuid, guest, boot, trust } = image;
  const names = [codename, version].filter((name) => name !== undefined && name !== release);
  return [
    [
      'image',
      `${vendor}:${release}@${snapshot}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
    ],
    ['variant', `${variant}, ${arch}`],
    ['address', image.url],
    ['file', `${image.fileName}${image.layers.length > 0 ? ` (${image.layers.join('>')})` : ''}`],
    [
      'size',
      sizeBytes === undefined ? 'not known before the download' : formatExactBytes(sizeBytes),
    ],
    ...image.digests.map((digest) => ['digest', digest]),
    ['trust', describeTrust(trust)],
    ...(uuid === undefined ? [] : [['uuid', uuid]]),
    ['cache name', image.cacheName],
    ...(peakBytes === undefined ? [] : [['peak space', `about ${formatBytes(peakBytes)}`]]),
    ...(guest === undefined ? [] : [['guest', describeGuest(guest)]]),
    ...(boot === undefined ? [] : Object.entries(boot).map(([name, value]) => [name, value])),
    ...warnings.map(({ message }) => ['warning', message]),
  ];
}
