import {
  type Arch,
  defineVendor,
  disk,
  type Listing,
  type MetadataClient,
  notFoundIn,
  parseArch,
  parseList,
  parseNumber,
  parseRecord,
  parseText,
  pickBuild,
  type Vendor,
} from 'rootdisk/kit';

const site = 'https://images.acme.example/';
/**
 * A vendor's key must come from another host than its images. This one is the test key of RFC 8032 (7.1, test 1), so
 * that the tests can sign with it.
 */
const publicKey = 'MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

/** One file of the index. */
interface Build {
  release: string;
  codename: string;
  snapshot: string;
  arch: Arch;
  variant: string;
  file: string;
  sizeBytes: number;
}

const missing = notFoundIn('acme-os');

/** A vendor is facts: the file, its address, and its proofs. */
export const acmeOs: Vendor = createAcmeOs(publicKey);

/** The same vendor with another key, for tests. */
export function createAcmeOs(key: string): Vendor {
  return defineVendor({
    id: 'acme-os',
    title: 'Acme OS',
    apiVersion: 1,
    evidence: 'documented',
    async resolve(request, { http }) {
      for (const [name] of Object.entries(request.parameters ?? {})) {
        throw missing('parameter', name, []);
      }
      const build = pickBuild(await readIndex(http), missing, [
        {
          field: 'release',
          wanted: request.release,
          nameOf: ({ release }) => release,
          suits: ({ release, codename }) => {
            return ['latest', release, codename].includes(request.release);
          },
        },
        { field: 'arch', wanted: request.arch, nameOf: ({ arch }) => arch },
        {
          field: 'variant',
          wanted: request.variant ?? 'server',
          nameOf: ({ variant }) => variant,
        },
        { field: 'snapshot', wanted: request.snapshot, nameOf: ({ snapshot }) => snapshot },
      ]);
      return {
        release: build.release,
        codename: build.codename,
        variant: build.variant,
        snapshot: build.snapshot,
        disk: [
          disk({
            url: new URL(build.file, site),
            sizeBytes: build.sizeBytes,
            layers: build.file.endsWith('.acmez') ? ['acmez', 'raw'] : ['qcow2'],
            proofs: [
              {
                kind: 'acme-receipt',
                receipt: new URL(`${build.file}.receipt`, site),
                publicKey: key,
                offers: 'signed',
              },
            ],
          }),
        ],
        guest: { user: 'acme', seed: 'nocloud', ssh: true },
      };
    },
    async *list({ http }) {
      const byRelease = Map.groupBy(await readIndex(http), ({ release }) => release);
      for (const [release, builds] of byRelease) {
        const listing: Listing = {
          release,
          codename: builds[0]?.codename,
          arches: [...new Set(builds.map(({ arch }) => arch))],
          variants: [...new Set(builds.map(({ variant }) => variant))],
        };
        yield listing;
      }
    },
  });
}

/** Every file, the newest build first. */
async function readIndex(http: MetadataClient): Promise<Build[]> {
  const document = await http.get(`${site}index.json`);
  const rows = parseList(document.json(), document.url.href);
  return rows.map((value, index) => {
    const where = `${document.url.href} [${index}]`;
    const row = parseRecord(value, where);
    const text = (field: string) => parseText(row[field], `${where}.${field}`);
    return {
      release: text('release'),
      codename: text('codename'),
      snapshot: text('build'),
      arch: parseArch(text('arch')),
      variant: text('variant'),
      file: text('file'),
      sizeBytes: parseNumber(row['size'], `${where}.size`),
    };
  });
}
