import type { TargetContext } from '../../contracts/target.ts';
import type { ImagePair } from '../pair/read-pair.ts';
import type { Imgapi } from './client.ts';
import { notImgapi } from './failures.ts';
import { importOrigins } from './origins.ts';

/** The undo must not delay the end of an interrupted process for longer. */
const undoMs = 2500;

/**
 * Puts a pair on a server: first its origins, then its manifest under its own uuid, then its file; then it activates
 * the image. It continues with an image that an earlier call left unactivated. After a failure it removes what this
 * call created. Returns false if the image was already active.
 */
export async function pushImage(
  pair: ImagePair,
  api: Imgapi,
  context: Pick<TargetContext, 'signal' | 'log' | 'tell'> & { originSource: URL },
): Promise<boolean> {
  const { uuid, origin, fields } = pair.manifest;
  const { tell, signal } = context;
  if (await isSettled(api, uuid)) return false;
  if (origin !== undefined) await importOrigins(origin, api, context);
  // From here on the image may exist although no answer arrived.
  let isOurs = (await api.find(uuid)) === undefined;
  try {
    if (isOurs && !(await api.import(uuid, fields))) {
      // The answer to an earlier attempt was lost, or another caller was faster: if this call fails, the image stays
      // for the next one.
      isOurs = false;
      if (await isSettled(api, uuid)) return false;
    }
    tell(`sending ${pair.streamPath}, ${pair.manifest.file.size} bytes`);
    await api.addFile(pair);
    await api.activate(uuid);
    return true;
  } catch (error) {
    if (isOurs) await undo(api, uuid, context);
    signal.throwIfAborted();
    throw error;
  }
}

/** True for an image that needs no further step; an image that is not active yet can be continued. */
export async function isSettled(api: Imgapi, uuid: string): Promise<boolean> {
  const found = await api.find(uuid);
  if (found === undefined || found.state === 'unactivated') return false;
  if (found.state === 'active' || found.state === 'disabled') return true;
  throw notImgapi(api.url, `has ${uuid} in the state ${found.state}`);
}

async function undo(api: Imgapi, uuid: string, { log }: Pick<TargetContext, 'log'>): Promise<void> {
  try {
    const signal = AbortSignal.timeout(undoMs);
    await api.remove(uuid, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log({ level: 'warn', message: `${uuid} was not activated; the next call continues: ${why}` });
  }
}
