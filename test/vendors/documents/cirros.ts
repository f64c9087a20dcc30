import { folderPage } from '../every/folder-page.ts';

export const base = 'https://download.cirros-cloud.net/';
export const released: string = `${base}version/released`;

function files(version: string, words: string[], ...lists: string[]): string {
  const names = words.flatMap((word) => [
    `cirros-${version}-${word}-disk.img`,
    `cirros-${version}-${word}-uec.tar.gz`,
  ]);
  return folderPage(`/${version}/`, [...names, 'MD5SUMS', ...lists]);
}

export const documents: Record<string, string> = {
  [base]: folderPage('/', ['0.3.5/', '0.6.2/', '0.6.3/', '0.10.0-pre1/', 'streams/', 'version/']),
  [released]: '0.6.3\n',
  [`${base}0.6.3/`]: files('0.6.3', ['aarch64', 'arm', 'ppc64le', 'x86_64'], 'SHA256SUMS'),
  [`${base}0.6.2/`]: files('0.6.2', ['aarch64', 'x86_64'], 'SHA256SUMS'),
  [`${base}0.3.5/`]: files('0.3.5', ['i386', 'x86_64']),
};

export const origins: string[] = [base];
