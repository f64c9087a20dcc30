import type { ExportKind } from '../../../src/contracts/lock-export.ts';
import type { ExportedPin, ExportPin } from '../../../src/lockfile/export/export-target.ts';
import { exportTargets } from '../../../src/lockfile/export/targets.ts';
import type { LockedImage } from '../../../src/lockfile/lock-file.ts';
import { bareImage } from '../samples.ts';

export const hex: string = 'ab'.repeat(32);

/** A pin of a qcow2, with changes. */
export function pin(change: Partial<LockedImage> = {}, own: Partial<ExportPin> = {}): ExportPin {
  const image: LockedImage = {
    ...bareImage,
    url: 'https://images.acme.example/20260101/acme.qcow2',
    fileName: 'acme.qcow2',
    layers: ['qcow2'],
    ...change,
  };
  return { alias: 'acme-1', request: 'acme:1', arch: 'amd64', image, ...own };
}

/** A pin of a file with these layers, named after them. */
export function packed(layers: string[]): ExportPin {
  const fileName = ['acme', ...[...layers].reverse()].join('.');
  return pin({ layers, fileName, url: `https://images.acme.example/20260101/${fileName}` });
}

/** The pins with the input of the tool; `disk` replaces those that it cannot download itself. */
export function exported(
  kind: ExportKind,
  pins: readonly ExportPin[],
  disk = { path: '/cache/acme_1.raw' },
): ExportedPin[] {
  return pins.map((one) => {
    const how = exportTargets[kind].express(one);
    return 'addresses' in how
      ? { ...one, addresses: how.addresses }
      : { ...one, addresses: [], disk };
  });
}

/** The text for a tool. */
export function textFor(kind: ExportKind, ...pins: ExportPin[]): string {
  return exportTargets[kind].format(exported(kind, pins));
}
