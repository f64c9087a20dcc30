import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';

export const origin = 'https://distfiles.gentoo.org/';
export const builds: string = `${origin}releases/amd64/autobuilds/`;
export const pointer: string = `${builds}latest-di-amd64-cloudinit.txt`;
export const newest = '20261004T164559Z';
export const older = '20260927T170103Z';

const signer = createOpenpgpSigner();
export function sayLatest(name: string): string {
  return signer.clearsign(
    `# Latest as of Tue, 06 Oct 2026 10:15:00 +0000\n# ts=1791281700\n${name} 1501626368\n`,
  );
}
export function diskOf(build: string): string {
  return `${build}/di-amd64-cloudinit-${build}.qcow2`;
}

export const documents: Record<string, string> = {
  [pointer]: sayLatest(diskOf(newest)),
  [`${builds}${diskOf(older)}.sha256`]: signer.clearsign(
    `# SHA256 HASH\n${'a'.repeat(64)}  di-amd64-cloudinit-${older}.qcow2\n`,
  ),
};

export const origins: string[] = [origin];
