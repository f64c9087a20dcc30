import { builtIns, createRootdisk, type Rootdisk } from 'rootdisk';
import {
  defineVendor,
  notFound,
  parseList,
  parseRecord,
  parseText,
  type Vendor,
} from 'rootdisk/kit';

const site = 'https://images.example.com/';

/** A vendor is facts: which file, where, and what vouches for it. */
export const example: Vendor = defineVendor({
  id: 'example',
  title: 'Example OS',
  apiVersion: 1,
  async resolve(request, { http }) {
    const document = await http.get(`${site}index.json`);
    const builds = parseList(document.json(), 'index').map((row) => parseRecord(row, 'index[]'));
    const build = builds.find((row) => [row['release'], 'latest'].includes(request.release));
    if (build === undefined) {
      const known = builds.map((row) => parseText(row['release'], 'index[].release'));
      throw notFound({ vendor: 'example', field: 'release', value: request.release, known });
    }
    const file = parseText(build['file'], 'index[].file');
    return {
      release: parseText(build['release'], 'index[].release'),
      variant: 'default',
      snapshot: parseText(build['build'], 'index[].build'),
      disk: [
        {
          url: new URL(file, site),
          fileName: file,
          layers: ['qcow2'],
          proofs: [{ kind: 'checksums', url: new URL('SHA256SUMS', site) }],
        },
      ],
    };
  },
});

/** Every verb, with one more vendor. */
export const rootdisk: Rootdisk = createRootdisk({
  ...builtIns,
  vendors: [...builtIns.vendors, example],
});
