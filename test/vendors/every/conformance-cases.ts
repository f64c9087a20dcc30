import type { ImageRequest } from '../../../src/kit.ts';
import { createVendorContext } from '../../../src/testing/vendor-context.ts';
import { startAlpine } from '../alpine/site.ts';
import * as almalinux from '../documents/almalinux.ts';
import * as amazonLinux from '../documents/amazon-linux.ts';
import { startArch } from '../documents/arch.ts';
import * as bundles from '../documents/bundle.ts';
import { startCentos7 } from '../documents/centos-7.ts';
import { startCentos } from '../documents/centos-stream.ts';
import * as cirros from '../documents/cirros.ts';
import * as debian from '../documents/debian.ts';
import * as fedora from '../documents/fedora.ts';
import * as fedoraCoreos from '../documents/fedora-coreos.ts';
import * as flatcar from '../documents/flatcar.ts';
import * as gentoo from '../documents/gentoo.ts';
import * as httpIndex from '../documents/http-index.ts';
import * as kali from '../documents/kali.ts';
import * as oci from '../documents/oci.ts';
import * as omnios from '../documents/omnios.ts';
import * as openbsd from '../documents/openbsd.ts';
import { startLeap } from '../documents/opensuse-leap.ts';
import { startTumbleweed } from '../documents/opensuse-tumbleweed.ts';
import { startOracle } from '../documents/oracle.ts';
import * as rocky from '../documents/rocky.ts';
import * as simplestreams from '../documents/simplestreams.ts';
import { empty, factory, startTalos } from '../documents/talos.ts';
import * as ubuntu from '../documents/ubuntu.ts';
import { start as startFreebsd } from '../freebsd/site.ts';
import { type Documents, serveDocuments, withContexts } from './serve-documents.ts';

/** A vendor's own fixture documents, and a request that they answer. */
export interface ConformanceCase {
  start(): Promise<Documents>;
  /** Default: `latest` on amd64. */
  request?: Partial<ImageRequest>;
  /** Documents that are optional: a page in their place must have the same result as no document. */
  optional?: RegExp;
}

/** Of modules that export their documents as a table. */
function of(
  { origins, documents }: { origins: string[]; documents: Record<string, string> },
  request: Partial<ImageRequest> = {},
): ConformanceCase {
  return { start: () => serveDocuments(origins, documents), request };
}

const mirrorList = /\.meta4$/;

/** By vendor. */
export const conformanceCases: Record<string, ConformanceCase> = {
  almalinux: of(almalinux),
  'almalinux-kitten': of(almalinux),
  alpine: { start: startAlpine },
  bundle: {
    start: async () => withContexts(await createVendorContext({ bundles: bundles.catalog })),
    request: { release: 'web' },
  },
  'amazon-linux': of({
    origins: amazonLinux.origins,
    documents: {
      ...amazonLinux.documents,
      // The latest version has a folder of its own too.
      [`${amazonLinux.base}${amazonLinux.newest}/kvm/SHA256SUMS`]:
        amazonLinux.documents[amazonLinux.latest] ?? '',
    },
  }),
  arch: { start: startArch },
  'centos-7': { start: startCentos7 },
  'centos-stream': { start: startCentos },
  cirros: of(cirros),
  debian: of(debian),
  fedora: of(fedora),
  'fedora-coreos': of({
    origins: fedoraCoreos.origins,
    documents: {
      ...fedoraCoreos.documents,
      [`${fedoraCoreos.host}prod/streams/stable/builds/${fedoraCoreos.current}/release.json`]:
        fedoraCoreos.buildOf('stable', fedoraCoreos.current, ['x86_64']),
    },
  }),
  flatcar: of(flatcar),
  freebsd: { start: startFreebsd },
  gentoo: of(gentoo),
  'http-index': of(
    {
      origins: [httpIndex.origin],
      documents: { [httpIndex.list]: httpIndex.text },
    },
    { release: '9.8', variant: 'generic', parameters: { url: httpIndex.url } },
  ),
  kali: of(kali),
  oci: of({ origins: [oci.origin], documents: oci.documents }, { release: oci.release }),
  omnios: of({
    origins: omnios.origins,
    documents: { ...omnios.documents, [`${omnios.media}r151056/`]: omnios.files('r151056') },
  }),
  openbsd: of(openbsd),
  'opensuse-leap': { start: startLeap, optional: mirrorList },
  'opensuse-tumbleweed': { start: startTumbleweed, optional: mirrorList },
  oracle: { start: startOracle, optional: /ol11-template/ },
  rocky: of(rocky),
  simplestreams: of(
    { origins: [simplestreams.origin], documents: simplestreams.documents },
    { release: 'ubuntu/24.04', parameters: { server: simplestreams.server } },
  ),
  talos: { start: startTalosWithKernel },
  ubuntu: of({ origins: [ubuntu.base], documents: ubuntu.documents }),
};

async function startTalosWithKernel(): Promise<Documents> {
  const site = await startTalos();
  const folder = `${factory}image/${empty}/v1.14.6/`;
  site.put(`${folder}cmdline-nocloud-amd64`, 'talos.platform=nocloud console=ttyS0\n');
  return site;
}
