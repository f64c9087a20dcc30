import type { Arch } from '../../contracts/arch.ts';
import type { LockedFile } from '../lock-file.ts';
import { addressesOf, endingIn, oneDigest } from './addresses.ts';
import type {
  CachedDisk,
  ExportedPin,
  ExportPin,
  ExportTarget,
  Expressed,
} from './export-target.ts';
import { shapeOf, shownShape } from './file-shape.ts';
import { pinComment } from './pin-names.ts';
import { quoteText } from './quote.ts';

/** Lima's names of architectures (pkg/limatype/lima_yaml.go); it knows no others. */
const words: Partial<Record<Arch, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  arm: 'armv7l',
  riscv64: 'riscv64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
};
const disks = ['raw', 'img', 'qcow2', 'iso'];

/**
 * The `images` of a Lima template. Lima takes the first entry that it can download, so a pin has one entry for each
 * address.
 */
export const lima: ExportTarget = {
  name: 'Lima',
  oneImage: true,
  express,
  format: (pins) =>
    pins.length === 0 ? 'images: []\n' : `${['images:', ...pins.flatMap(formatPin)].join('\n')}\n`,
};

function express({ arch, image }: ExportPin): Expressed {
  if (words[arch] === undefined) {
    return { because: `Lima has no machines with ${arch}`, local: false };
  }
  const shape = shapeOf(image);
  if (shape === undefined || !disks.includes(shape.disk)) {
    return { because: `Lima cannot read ${shownShape(image)}`, local: true };
  }
  // The extension of the address selects the program that unpacks (pkg/downloader/downloader.go).
  const addresses = shape.codec === 'lz4' ? [] : endingIn(addressesOf(image), shape.codec);
  if (addresses.length > 0) return { addresses };
  return { because: `Lima does not unpack ${shownShape(image)} of that name`, local: true };
}

function formatPin(pin: ExportedPin): string[] {
  const { arch, image, addresses, disk } = pin;
  const { kernel, initrd, cmdline } = image.boot ?? {};
  const published = addresses.map((location) => ({ location, digest: oneDigest(image) }));
  const places = disk === undefined ? published : [placeOf(disk)];
  const word = words[arch] ?? arch;
  const boots = [
    ...member('kernel', kernel, word, cmdline),
    ...member('initrd', kernel && initrd, word),
  ];
  const entries = places.flatMap(({ location, digest }) => [
    ...pairs({ location, arch: word, digest }).map((line, at) => (at === 0 ? '- ' : '  ') + line),
    ...boots,
  ]);
  return [pinComment(pin), ...entries];
}

/** Lima does not unpack a path that ends with the format of the disk. */
function placeOf({ path, sha256 }: CachedDisk): { location: string; digest: string | undefined } {
  return { location: path, digest: sha256 && `sha256:${sha256}` };
}

function member(
  name: string,
  file: LockedFile | undefined,
  arch: string,
  cmdline?: string,
): string[] {
  if (file === undefined) return [];
  const [location] = addressesOf(file);
  const lines = pairs({ location, arch, digest: oneDigest(file), cmdline });
  return [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
}

function pairs(texts: Record<string, string | undefined>): string[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}: ${quoteText(text)}`],
  );
}
