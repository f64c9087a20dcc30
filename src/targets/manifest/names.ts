import type { DeliveryImage } from '../../contracts/target.ts';

type Named = Pick<DeliveryImage, 'vendor' | 'release' | 'codename' | 'snapshot'>;

/** The vendor's name of a release: `noble`, `trixie`, `rolling`, else its number. */
function seriesOf({ codename, release }: Named): string {
  return plain(codename ?? release);
}

/** `ubuntu-noble`: each has one folder, and one build runs at a time. */
export function familyOf(image: Named): string {
  return `${plain(image.vendor)}-${seriesOf(image)}`;
}

/** `ubuntu-noble-nocloud`. */
export function manifestName(image: Named): string {
  return `${familyOf(image)}-nocloud`;
}

/** One build: its date or number. */
export function manifestVersion({ snapshot }: Named): string {
  return plain(snapshot);
}

/** The pair of files that `imgadm install` takes. */
export function pairNames(image: Named): { stream: string; manifest: string } {
  const stem = `${familyOf(image)}-${manifestVersion(image)}`;
  return { stream: `${stem}.x86_64.zfs.gz`, manifest: `${stem}.json` };
}

/** Keeps only characters that both a manifest and a file name allow; only newer platforms accept `+` in versions. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '') || 'none';
}
