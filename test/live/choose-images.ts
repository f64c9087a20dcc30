import { type Arch, arches } from '../../src/contracts/arch.ts';
import type { Listing } from '../../src/kit.ts';
import type { VendorFacts } from './facts.ts';

/** One image to ask for: `latest`, or a release by its name. */
export interface Question {
  release: string;
  arch: Arch;
}

/** Number of releases to ask for after the latest in the vendor's list. */
const older = 2;

/** `latest` and two older releases on every architecture of their lines, and all images in the facts. */
export function chooseImages(
  listings: readonly Listing[],
  known: VendorFacts | undefined,
): Question[] {
  const found = listings.findIndex(({ aliases = [] }) => aliases.includes('latest'));
  const [latest, ...others] = listings.slice(Math.max(found, 0));
  const questions = [
    ...onEach('latest', latest?.arches ?? []),
    ...others.slice(0, older).flatMap(({ release, arches }) => onEach(release, arches)),
    ...Object.keys(known?.images ?? {}).flatMap(readKey),
  ];
  const byKey = new Map(questions.map((one) => [keyOf(one), one]));
  return [...byKey.values()];
}

function onEach(release: string, on: readonly Arch[]): Question[] {
  return on.map((arch) => ({ release, arch }));
}

function readKey(key: string): Question[] {
  const [release = '', word] = key.split(' ');
  return onEach(
    release,
    arches.filter((arch) => arch === word),
  );
}

/** The name of an image in the facts; a release contains no blank. */
export function keyOf({ release, arch }: Question): string {
  return `${release} ${arch}`;
}
