import { parseDigest, parseRecord, refuseSignature } from '../../src/kit.ts';

/**
 * The sha256 of the manifest in a payload of cosign's older form (SIGNATURE_SPEC), in hex. The image name in it is
 * ignored: a copy of an image is not signed again.
 */
export function readPayload(payload: Uint8Array, name: string): string {
  try {
    const content = parseRecord(JSON.parse(Buffer.from(payload).toString()), name);
    const critical = parseRecord(content['critical'], 'critical');
    const image = parseRecord(critical['image'], 'critical.image');
    if (critical['type'] !== 'cosign container image signature') throw new Error('another type');
    const key = Object.keys(image).find((one) => one.toLowerCase() === 'docker-manifest-digest');
    const digest = parseDigest(image[key ?? ''], 'critical.image.docker-manifest-digest');
    return digest.replace(/^.*:/, '');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw refuseSignature('malformed', `${name}: not the payload of a signature: ${reason}`, {
      cause,
    });
  }
}
