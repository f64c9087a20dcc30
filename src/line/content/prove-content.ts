import type { ByteSource } from '../../contracts/bytes.ts';
import type { ImageContent } from '../../contracts/image.ts';
import { readContent } from '../../disk/read-content.ts';
import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';
import { matchContent } from './match-content.ts';

/** Reads from the file systems of a raw disk what is on it, and compares that with the request. */
export async function proveContent(
  { parts, options, signal, progress }: Pick<Call, 'parts' | 'options' | 'signal' | 'progress'>,
  plan: Plan,
  disk: ByteSource,
): Promise<ImageContent> {
  const { log } = options;
  const found = await readContent(disk, parts, { signal, log });
  matchContent(plan, found);
  progress.stage('settle', `${plan.artifact.fileName} holds ${describeContent(found.content)}`);
  return found.content;
}

/** `Debian GNU/Linux 13 (trixie), amd64`, for people. */
function describeContent({ system, arch, unknown }: ImageContent): string {
  const why = unknown === undefined ? '' : ` (${unknown.message})`;
  const what = system?.name ?? system?.id ?? `an unknown system${why}`;
  return arch === undefined ? what : `${what}, ${arch}`;
}
