import type { TargetContext } from '../../contracts/target.ts';
import { TransferError } from '../../errors.ts';
import { sleep } from '../../kit/abort.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Imgapi, RemoteImage } from './client.ts';

/** A longer chain is assumed to be a cycle. */
const maxOrigins = 16;
const pollMs = 2000;
const maxPolls = 120;

/**
 * Makes sure that the images on which an incremental one is based are active: the server fetches missing ones from
 * `originSource`, with their own origins.
 */
export async function importOrigins(
  origin: string,
  api: Imgapi,
  { signal, tell, originSource }: Pick<TargetContext, 'signal' | 'tell'> & { originSource: URL },
): Promise<void> {
  let next: string | undefined = origin;
  for (let depth = 0; next !== undefined; depth += 1) {
    if (depth >= maxOrigins) throw chainTooLong(api, origin);
    const uuid: string = next;
    let image: RemoteImage | undefined = await api.find(uuid);
    if (image === undefined) {
      tell(`importing the origin ${uuid} from ${publicUrl(originSource)}`);
      await api.importRemote(uuid, originSource);
    }
    for (let poll = 0; image?.state !== 'active'; poll += 1) {
      if (image?.state === 'failed' || poll >= maxPolls) throw notActive(api, uuid);
      if (poll > 0) await sleep(pollMs, signal);
      image = await api.find(uuid);
    }
    next = image.origin;
  }
}

function chainTooLong(api: Imgapi, origin: string): TransferError {
  const shown = publicUrl(api.url);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown}: ${origin} has more than ${maxOrigins - 1} origins below it`,
    hint: 'Deliver an image without an origin.',
    details: { url: shown },
  });
}

function notActive(api: Imgapi, uuid: string): TransferError {
  const shown = publicUrl(api.url);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown}: the origin ${uuid} did not become active`,
    hint: 'Import the origin by hand (sdc-imgadm import), then run the call again.',
    details: { url: shown },
  });
}
