import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './system-packages.ts';

/** The installer's kernel and initrd from the archive's package for boot servers; absolute paths. */
export interface InstallerPackage {
  name: string;
  /** Version of the package, and so of the installer: `20250803+deb13u7`. */
  version: string;
  kernel: string;
  initrd: string;
}

/** Unpacks `debian-installer-<N>-netboot-amd64` of stable; `undefined` if the archive has none. */
export async function unpackInstaller(
  archive: string,
  folder: string,
): Promise<InstallerPackage | undefined> {
  const index = join(folder, 'Packages.xz');
  await writeFile(index, await download(`${archive}dists/stable/main/binary-amd64/Packages.xz`));
  const stanzas = run('xz', ['-dc', index]).split('\n\n');
  const stanza = stanzas.find((text) =>
    /^Package: debian-installer-\d+-netboot-amd64$/m.test(text),
  );
  if (stanza === undefined) return undefined;
  const field = (name: string): string =>
    new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1] ?? '';
  const bytes = await download(archive + field('Filename'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== field('SHA256')) throw new Error(`${field('Filename')} is ${sha256}`);
  const file = join(folder, 'installer.deb');
  await writeFile(file, bytes);
  const root = join(folder, 'installer');
  run('dpkg-deb', ['-x', file, root]);
  const find = (name: string): string =>
    run('find', [root, '-path', `*/text/debian-installer/amd64/${name}`]).trim();
  return {
    ...{ name: field('Package'), version: field('Version') },
    ...{ kernel: find('linux'), initrd: find('initrd.gz') },
  };
}

/** A file of the archive. */
export async function download(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
