import type { EventEmitter } from 'node:events';
import { type ByteSource, refuse } from '../../src/kit.ts';

/** The used fields of an entry of the central directory; sizes and offset are those of zip64 if it has them. */
export interface ZipEntry {
  versionMadeBy: number;
  fileNameRaw: Uint8Array;
  extraFields: { id: number; data: Uint8Array }[];
  fileNameLength: number;
  extraFieldLength: number;
  fileCommentLength: number;
  generalPurposeBitFlag: number;
  compressionMethod: number;
  crc32: number;
  compressedSize: number;
  uncompressedSize: number;
  externalFileAttributes: number;
  relativeOffsetOfLocalHeader: number;
}

/** The used fields of the header before a member's data; sizes as stored there. */
export interface ZipLocalHeader {
  fileDataStart: number;
  generalPurposeBitFlag: number;
  compressionMethod: number;
  crc32: number;
  compressedSize: number;
  uncompressedSize: number;
  fileName: Uint8Array;
  extraField: Uint8Array;
}

/** An open zip file: its directory entry by entry, and a member's local header. */
export interface ZipReader {
  entries(): AsyncIterable<ZipEntry>;
  readLocalHeader(entry: ZipEntry): Promise<ZipLocalHeader>;
  /** The name as text, by flag, Unicode extra field or code page 437. */
  nameOf(entry: ZipEntry): string;
  parseExtraFields(bytes: Uint8Array): { id: number; data: Uint8Array }[];
}

// The published types stop at version 2.
interface Yauzl {
  RandomAccessReader: new () => EventEmitter & { ref(): void; unref(): void };
  fromRandomAccessReaderPromise(
    reader: EventEmitter,
    sizeBytes: number,
    options: Record<string, boolean>,
  ): Promise<{
    readEntryCursor: number;
    eachEntry(): AsyncIterable<ZipEntry>;
    readLocalFileHeaderPromise(entry: ZipEntry): Promise<ZipLocalHeader>;
  }>;
  getFileNameLowLevel(
    flags: number,
    name: Uint8Array,
    extraFields: ZipEntry['extraFields'],
    strict: boolean,
  ): string;
  parseExtraFields(bytes: Uint8Array): ZipEntry['extraFields'];
}

/**
 * A bundler may keep the `require` calls of the package in an ES module, where they fail: then the package beside the
 * bundle is used.
 */
const outside: string = ['yau', 'zl'].join('');

async function load(): Promise<Yauzl> {
  try {
    const loaded: unknown = await import('yauzl').catch(() => import(outside));
    return (loaded as { default: Yauzl }).default;
  } catch (cause) {
    throw refuse('codec-unavailable', 'The reader of zip files cannot be loaded', {
      ...{ format: 'zip', cause },
      hint: 'Install the package yauzl beside this program, also where the program is bundled in one file.',
    });
  }
}

/**
 * Opens a zip file with yauzl. What yauzl refuses is `corrupt-header`; an error of the source stays unchanged. yauzl
 * reads the directory at the place in the end record; `directoryOffset` is the real place.
 */
export async function openZipReader(
  source: ByteSource,
  sizeBytes: number,
  directoryOffset: number,
): Promise<ZipReader> {
  const yauzl = await load();
  let sourceError: { error: unknown } | undefined;

  class SourceReader extends yauzl.RandomAccessReader {
    read(
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
      done: (error: unknown, bytesRead?: number) => void,
    ): void {
      source.read(position, length).then(
        (bytes) => {
          buffer.set(bytes, offset);
          done(null, bytes.length);
        },
        (error: unknown) => {
          sourceError = { error };
          done(error);
        },
      );
    }
  }

  const explain = (error: unknown): unknown =>
    sourceError === undefined ? explainZipError(error) : sourceError.error;
  const explained = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      throw explain(error);
    }
  };

  // An encrypted member should be reported as such before its sizes are compared.
  const lax = { decodeStrings: false, validateEntrySizes: false };
  const options = { autoClose: false, lazyEntries: true, ...lax };
  const opened = yauzl.fromRandomAccessReaderPromise(new SourceReader(), sizeBytes, options);
  const file = await explained(opened);
  file.readEntryCursor = directoryOffset;
  return {
    async *entries() {
      const entries = file.eachEntry()[Symbol.asyncIterator]();
      for (;;) {
        const next = await explained(entries.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    readLocalHeader: (entry) => explained(file.readLocalFileHeaderPromise(entry)),
    nameOf: ({ generalPurposeBitFlag, fileNameRaw, extraFields }) =>
      yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true),
    parseExtraFields(bytes) {
      try {
        return yauzl.parseExtraFields(bytes);
      } catch (error) {
        throw explain(error);
      }
    },
  };
}

/** The refusal for an error of yauzl. */
function explainZipError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith('strong encryption')) {
    return refuse('encrypted', 'The zip archive is encrypted', { format: 'zip', cause: error });
  }
  const isCut = error.message === 'unexpected EOF';
  return refuse(
    isCut ? 'truncated' : 'corrupt-header',
    `The zip file is damaged: ${error.message}`,
    { format: 'zip', cause: error },
  );
}
