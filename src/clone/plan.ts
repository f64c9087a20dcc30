import type { CloneOptions } from '../contracts/clone.ts';
import { refuseClone } from './clone-error.ts';
import type { OverlayFacts } from './overlay.ts';
import type { CloneSource } from './source.ts';

/** What to make from a source. */
export type ClonePlan =
  | ({ kind: 'overlay' } & OverlayFacts)
  /** `sizeBytes`: length of the new file. */
  | { kind: 'whole'; sizeBytes: number; fixGpt: boolean };

type Asked = Pick<CloneOptions, 'size' | 'format' | 'backing' | 'fixGpt'>;
type Subject = Pick<CloneSource, 'path' | 'format' | 'sizeBytes' | 'virtualSize'>;

const sectorBytes = 512;
const convertFirst = 'Convert it to a raw disk first (rootdisk convert), and clone that.';

/** Throws `ERR_INVALID_REQUEST` for options that contradict each other or the source. */
export function planClone(source: Subject, asked: Asked): ClonePlan {
  return asked.backing === true ? planOverlay(source, asked) : planWhole(source, asked);
}

function planOverlay(source: Subject, { size, format = 'qcow2', fixGpt }: Asked): ClonePlan {
  const { path, format: backingFormat, virtualSize = 0 } = source;
  if (format !== 'qcow2') {
    const hint = 'Leave out backing (--backing), or choose qcow2.';
    throw refuseClone('format', 'only a qcow2 file can have a backing file', hint, format);
  }
  if (fixGpt === true) {
    const hint =
      'Leave out fixGpt (--fix-gpt): the guest moves the backup table itself (growpart).';
    throw refuseClone('fixGpt', 'an overlay has no partition table of its own', hint);
  }
  if (backingFormat !== 'raw' && backingFormat !== 'qcow2') {
    throw refuseClone('source', `${path} is ${backingFormat}, not a raw disk`, convertFirst, path);
  }
  const whole = Math.ceil(virtualSize / sectorBytes) * sectorBytes;
  refuseSmaller(path, size, virtualSize);
  return { kind: 'overlay', virtualSize: size ?? whole, backing: path, backingFormat };
}

function planWhole(source: Subject, { size, format, fixGpt = false }: Asked): ClonePlan {
  const { path, format: own, sizeBytes } = source;
  if (format !== undefined && format !== own) {
    const hint =
      format === 'qcow2'
        ? 'Add backing (--backing) for an overlay, or leave out format (--format).'
        : convertFirst;
    throw refuseClone('format', `${path} is ${own}, and a clone has the same format`, hint, format);
  }
  if (own !== 'raw' && (size !== undefined || fixGpt)) {
    const message = `${path} is ${own}: only the file of a raw disk can grow`;
    throw refuseClone(fixGpt ? 'fixGpt' : 'size', message, convertFirst, path);
  }
  refuseSmaller(path, size, sizeBytes);
  return { kind: 'whole', sizeBytes: size ?? sizeBytes, fixGpt };
}

function refuseSmaller(path: string, size: number | undefined, least: number): void {
  if (size === undefined || size >= least) return;
  const message = `size is ${size}, and ${path} has ${least} bytes; a disk never shrinks`;
  throw refuseClone(
    'size',
    message,
    `Choose a size of at least ${least} bytes (size, --size).`,
    String(size),
  );
}
