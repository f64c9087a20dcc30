import type { Target, TargetContext } from '../contracts/target.ts';
import { UsageError } from '../errors.ts';
import { defineTarget } from '../kit/define.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { TargetOptions } from './file.ts';
import { findMachine } from './host/machine.ts';
import { Imgapi } from './imgapi/client.ts';
import { isSettled, pushImage } from './imgapi/push-image.ts';
import { makePair } from './pair/make-pair.ts';
import { checkBuild, planPair } from './pair/plan-pair.ts';

/** Options of the IMGAPI target. */
export interface ImgapiOptions extends TargetOptions {
  /** Address from which the server fetches missing origins; default: the images of Triton's vendor. */
  originSource?: URL | undefined;
}

/** A target that puts an active image on an IMGAPI server. */
export function createImgapiTarget({
  machine: find = findMachine,
  originSource = new URL('https://updates.tritondatacenter.com'),
}: ImgapiOptions = {}): Target {
  return defineTarget({
    id: 'imgapi',
    title: 'active on an IMGAPI server',
    apiVersion: 1,
    arches: ['amd64'],
    async check(context) {
      const api = open(context);
      await checkBuild(await find(context.signal), context);
      if (!context.dryRun) await api.ping();
      return undefined;
    },
    async plan(image, context) {
      const { steps, manifest } = await planPair(image, await find(context.signal), context);
      const at = `${publicUrl(open(context).url)}images/${image.uuid ?? '<uuid>'}`;
      return {
        steps: [
          ...steps,
          `POST ${at}?action=import`,
          `PUT ${at}/file?compression=gzip&sha1=<sha1>`,
          `POST ${at}?action=activate`,
        ],
        manifest,
      };
    },
    async deliver(disk, context) {
      const api = open(context);
      if (await isSettled(api, disk.uuid)) return { already: true };
      const pair = await makePair(disk, await find(context.signal), context);
      const { streamPath, manifestPath, manifest } = pair;
      const isNew = await pushImage(pair, api, { ...context, originSource });
      const files = [streamPath, manifestPath];
      return { files, already: !isNew, manifest: manifest.fields };
    },
  });
}

/** Puts an active image on an IMGAPI server, with the default settings. */
export const imgapi: Target = createImgapiTarget();

function open({ url, ca, log, signal }: TargetContext): Imgapi {
  if (url !== undefined) return new Imgapi(url, { ca, log, signal });
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'the address of the IMGAPI server is missing',
    hint: 'Give it with url (--url), such as http://imgapi.coal.example/.',
    details: { field: 'url' },
  });
}
