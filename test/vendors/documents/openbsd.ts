export const api = 'https://api.github.com/';
export const index: string = `${api}repos/hcartiaux/openbsd-cloud-image/releases`;
export const downloads = 'https://github.com/hcartiaux/openbsd-cloud-image/releases/download/';

function release(tag: string, files: string[], more: object = {}): object {
  const assets = files.map((name) => ({
    name,
    size: name.endsWith('.sha256') ? 91 : 431554560,
    browser_download_url: `${downloads}${tag}/${name}`,
  }));
  return { tag_name: tag, name: tag, draft: false, prerelease: false, assets, ...more };
}
function disks(...variants: string[]): string[] {
  return variants.flatMap((name) => [`openbsd-${name}.qcow2`, `openbsd-${name}.qcow2.sha256`]);
}

// In the order of GitHub: by creation time.
const releases = [
  release('v7.7_2026-08-01-10-00', disks('min', 'generic')),
  release('v7.9_2026-06-03-20-46', [...disks('generic', 'min'), 'openbsd-full.qcow2']),
  release('v7.9_2026-06-04-08-00', disks('min'), { prerelease: true }),
  release('v7.9_2026-05-20-11-05', disks('min')),
  release('v7.8_2025-10-22-09-25', disks('min')),
  release('v7.10_notes', disks('min')),
];
export const documents: Record<string, string> = { [index]: JSON.stringify(releases) };

export const origins: string[] = [api];
