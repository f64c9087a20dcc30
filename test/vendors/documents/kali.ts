import { folderPage } from '../every/folder-page.ts';

export const origin = 'https://kali.download/';
export const base: string = `${origin}cloud-images/`;

export function sums(version: string, ...words: string[]): string {
  const names = words.map((word) => `kali-linux-${version}-cloud-genericcloud-${word}.tar.xz`);
  return [...names, `kali-linux-${version}-cloud-genericcloud-amd64.manifest`]
    .map((name, index) => `${String(index).repeat(64)}  ${name}\n`)
    .join('');
}

export const documents: Record<string, string> = {
  [base]: folderPage('/cloud-images/', [
    'current/',
    'kali-2025.4/',
    'kali-2026.2/',
    'kali-2026.10/',
  ]),
  [`${base}kali-2026.10/SHA256SUMS`]: sums('2026.10', 'amd64', 'arm64'),
  [`${base}kali-2026.2/SHA256SUMS`]: sums('2026.2', 'amd64', 'arm64'),
  [`${base}kali-2025.4/SHA256SUMS`]: sums('2025.4', 'amd64'),
};

export const origins: string[] = [origin];
