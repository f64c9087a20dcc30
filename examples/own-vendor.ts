import { builtIns, createRootdisk, type Rootdisk } from 'rootdisk';
import {
  checksums,
  defineVendor,
  disk,
  notFoundIn,
  parseList,
  parseRecord,
  parseText,
  pickBuild,
  type Vendor,
} from 'rootdisk/kit';

const site = 'https://images.example.com/';
const missing = notFoundIn('example');

/** A vendor is facts: the file, its address, and its proofs. */
export const example: Vendor = defineVendor({
  id: 'example',
  title: 'Example OS',
  apiVersion: 1,
  async resolve(request, { http }) {
    for (const name of Object.keys(request.parameters ?? {})) throw missing('parameter', name, []);
    const document = await http.get(`${site}index.json`);
    // Newest first, as the site lists them.
    const builds = parseList(document.json(), document.url.href).map((value, index) => {
      const where = `${document.url.href} [${index}]`;
      const row = parseRecord(value, where);
      const text = (field: string) => parseText(row[field], `${where}.${field}`);
      return {
        release: text('release'),
        arch: text('arch'),
        snapshot: text('build'),
        file: text('file'),
      };
    });
    // The caller requests each of these; the error lists the available values.
    const { release, snapshot, file } = pickBuild(builds, missing, [
      {
        field: 'release',
        wanted: request.release,
        nameOf: (build) => build.release,
        suits: (build) => ['latest', build.release].includes(request.release),
      },
      { field: 'arch', wanted: request.arch, nameOf: (build) => build.arch },
      { field: 'variant', wanted: request.variant, nameOf: () => 'default' },
      { field: 'snapshot', wanted: request.snapshot, nameOf: (build) => build.snapshot },
    ]);
    return {
      release,
      variant: 'default',
      snapshot,
      disk: [
        disk({
          url: new URL(file, site),
          layers: ['qcow2'],
          proofs: [checksums({ url: new URL('SHA256SUMS', site) })],
        }),
      ],
    };
  },
});

/** Every verb, with one more vendor. */
export const rootdisk: Rootdisk = createRootdisk({
  ...builtIns,
  vendors: [...builtIns.vendors, example],
});
