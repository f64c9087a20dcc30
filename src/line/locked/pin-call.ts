import { mainDigest } from '../../kit/digest.ts';
import { parseReference } from '../../parts/reference.ts';
import type { Call } from '../call.ts';
import type { Locked } from './locked.ts';

/** The call for a pinned image. */
export function pinCall(call: Call, locked: Omit<Locked, 'digests'>): Call {
  const { digests, boot } = locked.image;
  const { request } = locked.entry;
  const isOwn = parseReference(request).kind === 'url';
  return {
    ...call,
    http: call.openHttp({ named: isOwn ? [request] : [], allowPlain: true }),
    options: { ...call.options, digest: call.options.digest ?? mainDigest(digests), pins: digests },
    locked: {
      ...locked,
      digests: {
        disk: digests,
        kernel: boot?.kernel.digests ?? [],
        initrd: boot?.initrd?.digests ?? [],
      },
    },
  };
}
