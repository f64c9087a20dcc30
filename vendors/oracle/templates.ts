import {
  type Arch,
  type Digest,
  parseDigest,
  parseRecord,
  parseTableRows,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';
import { isThere } from '../shared/is-there.ts';
import { rpmWords } from '../shared/rpm-arches.ts';
import { unusable } from '../shared/unusable.ts';

/** The newest build of a major release for one architecture. */
export interface OracleTemplate {
  major: string;
  /** `9.8`. */
  version: string;
  /** `9.8-b293`. */
  snapshot: string;
  url: URL;
  fileName: string;
  digest: Digest;
  /** The document that lists it. */
  from: URL;
}

const templates = new URL('https://yum.oracle.com/templates/OracleLinux/');
const page = new URL('https://yum.oracle.com/oracle-linux-templates.html');
const imageName = /^OL(\d+)U(\d+)_(x86_64|aarch64)-kvm(?:-cloud)?-b(\d+)\.qcow2?$/;

/** The index of a major release; `undefined` if there is none for the architecture. */
export async function findOracleTemplate(
  major: string,
  arch: Arch,
  { http, signal }: VendorContext,
): Promise<OracleTemplate | undefined> {
  const name = arch === 'amd64' ? `ol${major}` : `ol${major}_${rpmWords[arch]}-cloud`;
  const from = new URL(`${name}-template.json`, templates);
  const document = await http.find(from, { signal });
  if (document === undefined) return undefined;
  const index = parseRecord(document.json(), from.href);
  const kvm = parseRecord(index['kvm'], `${from}: kvm`);
  const folder = parseText(index['base_url'], `${from}: base_url`);
  const image = parseText(kvm['image'], `${from}: kvm.image`);
  const digest = parseDigest(kvm['sha256'], `${from}: kvm.sha256`);
  const url = URL.parse(`${folder.replace(/\/*$/, '/')}${image}`, templates);
  const template = readTemplate(url, arch, digest, from);
  if (template?.major === major) return template;
  throw unusable(
    from,
    `${JSON.stringify(image)} is not an image of Oracle Linux ${major} on ${arch}`,
  );
}

/** The templates on the HTML page; empty if a script fills the page in the browser. */
export async function listOracleTemplates(
  arch: Arch,
  { http, signal }: VendorContext,
): Promise<OracleTemplate[]> {
  const document = await http.find(page, { signal, page: true });
  if (document === undefined) return [];
  const rows = await parseTableRows(document.text, page);
  return rows.flatMap((items) =>
    ['kvm-cloud', 'kvm'].flatMap((kind) => {
      const link = items.find(({ classes }) => classes.includes(`${kind}-image`));
      const sum = items.find(({ classes }) => classes.includes(`${kind}-sha256`));
      if (link?.url === undefined || sum === undefined) return [];
      const digest = parseDigest(sum.text, `${page}: ${kind}-sha256`);
      return readTemplate(link.url, arch, digest, page) ?? [];
    }),
  );
}

/**
 * A build that no index lists any more: files stay at their addresses, but the end of an address has changed over the
 * years.
 */
export async function findUnlistedTemplate(
  snapshot: string,
  arch: Arch,
  context: VendorContext,
): Promise<Omit<OracleTemplate, 'digest'> | undefined> {
  const [, major, update, build] = /^(\d+)\.(\d+)-b(\d+)$/.exec(snapshot) ?? [];
  if (major === undefined) return undefined;
  const word = rpmWords[arch];
  const kinds = arch === 'amd64' ? ['kvm'] : ['kvm-cloud', 'kvm'];
  const names = kinds.flatMap((kind) =>
    ['qcow2', 'qcow'].map((ending) => `OL${major}U${update}_${word}-${kind}-b${build}.${ending}`),
  );
  for (const fileName of names) {
    const url = new URL(`OL${major}/u${update}/${word}/${fileName}`, templates);
    if (!(await isThere(url, context))) continue;
    return { major, version: `${major}.${update}`, snapshot, url, fileName, from: url };
  }
  return undefined;
}

/** The facts in an image's address; `undefined` if it is not Oracle's or is for another architecture. */
function readTemplate(
  url: URL | null,
  arch: Arch,
  digest: Digest,
  from: URL,
): OracleTemplate | undefined {
  if (url === null || !url.href.startsWith(templates.href)) return undefined;
  const fileName = url.pathname.split('/').at(-1) ?? '';
  const [, major, update, word, build] = imageName.exec(fileName) ?? [];
  if (major === undefined || word !== rpmWords[arch]) return undefined;
  const version = `${major}.${update}`;
  return { major, version, snapshot: `${version}-b${build}`, url, fileName, digest, from };
}
