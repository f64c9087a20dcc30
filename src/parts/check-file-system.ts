import type {
  FileSystemContext,
  FileSystemFormat,
  VolumeFormat,
} from '../contracts/file-system.ts';
import type { Probe } from '../contracts/format.ts';
import { callPlugin, pluginFailure } from './call-plugin.ts';
import { isOfSystem } from './check-format.ts';
import { checkAnswer, listOf, optional, record, type Shape, shapes } from './shape.ts';

const { anyText, flag, method, size, text } = shapes;

const source = record({ read: method, stream: method });
const node = record({ kind: text, read: method, find: method, entries: method, target: method });
const fileSystem = record({
  id: text,
  label: optional(anyText),
  uuid: optional(anyText),
  warnings: listOf(anyText),
  root: node,
  subvolume: optional(method),
  subvolumeById: optional(method),
});
const table = optional(
  record({
    scheme: text,
    volumes: listOf(record({ name: text, sizeBytes: size, source, offset: optional(size) })),
    sectorBytes: optional(size),
    warnings: listOf(anyText),
  }),
);

/**
 * Wraps a file system format so that its answers are checked against the contract: `ERR_PLUGIN` names it and the
 * method.
 */
export function checkFileSystem(format: FileSystemFormat): FileSystemFormat {
  const { kind, id } = format;
  return {
    kind,
    id,
    detect: (probe) => detectBy(format, probe),
    open: (volume, context) => openBy(id, context, fileSystem, () => format.open(volume, context)),
  };
}

/** Like `checkFileSystem`, for a volume format. */
export function checkVolumeFormat(format: VolumeFormat): VolumeFormat {
  const { kind, id } = format;
  return {
    kind,
    id,
    detect: (probe) => detectBy(format, probe),
    open: (disk, context) => openBy(id, context, table, () => format.open(disk, context)),
  };
}

function detectBy(format: FileSystemFormat | VolumeFormat, probe: Probe): boolean {
  try {
    return checkAnswer(format.id, 'detect', format.detect(probe), flag);
  } catch (error) {
    throw pluginFailure(error, format.id, 'detect', AbortSignal.any([]));
  }
}

async function openBy<T>(
  id: string,
  { signal }: FileSystemContext,
  shape: Shape,
  open: () => Promise<T>,
): Promise<T> {
  // A read error of this machine's disk is not the fault of the format.
  let ofSystem: unknown;
  const opened = async (): Promise<T> => {
    try {
      return await open();
    } catch (error) {
      if (isOfSystem(error)) ofSystem = error;
      throw error;
    }
  };
  try {
    return checkAnswer(id, 'open', await callPlugin(id, 'open', signal, opened), shape);
  } catch (error) {
    throw ofSystem ?? error;
  }
}
