import { formatBytes } from '../../print/format.ts';
import { formatTable } from '../../print/format-table.ts';
import type { Command } from '../command.ts';
import { readingOptions, readRepository } from './repository.ts';

export const registryLs: Command = {
  name: 'registry ls',
  operands: ['<host/repo>'],
  summary: 'List the images of a registry, unchecked.',
  options: readingOptions,
  columns: [['CLAIMS', 'trust level that the registry states; registry verify proves it']],
  examples: [
    ['rootdisk registry ls registry.example:5000/fleet/images', 'names, files and sizes'],
    ['rootdisk registry ls localhost:5000/images --json', 'digests too, for a script'],
  ],
  async run(context) {
    const { place, options } = readRepository(context);
    const { listRegistry } = await import('../../../oci.ts');
    const listing = await listRegistry(place, options);
    const { images, foreign } = listing;
    const rows = images.map(({ name, files, claims = '-' }) => [
      name,
      files.map(({ role, sizeBytes }) => `${role} ${formatBytes(sizeBytes)}`).join(', '),
      claims,
    ]);
    const other = foreign === 0 ? '' : `, and ${foreign} tag${foreign === 1 ? '' : 's'} of others`;
    const summary = `${images.length} image${images.length === 1 ? '' : 's'}${other}`;
    const table = formatTable([['NAME', 'FILES', 'CLAIMS'], ...rows], {
      columns: context.columns,
    });
    return {
      text: images.length === 0 ? summary : `${table}\n${summary}`,
      json: { registry: place, ...listing },
    };
  },
};
