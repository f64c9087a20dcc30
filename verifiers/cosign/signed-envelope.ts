import { parseList, parseRecord, parseText, refuseSignature } from '../../src/kit.ts';

/** An envelope of a bundle (DSSE 1.0): the signature covers its type and payload, each with its length. */
export interface SignedEnvelope {
  payloadType: string;
  payload: Uint8Array;
  signature: Uint8Array;
  /** The signed bytes. */
  bytes: Uint8Array;
}

export function readSignedEnvelope(bundle: Uint8Array, name: string): SignedEnvelope {
  try {
    const content = parseRecord(JSON.parse(Buffer.from(bundle).toString()), name);
    const envelope = parseRecord(content['dsseEnvelope'], 'dsseEnvelope');
    const payloadType = parseText(envelope['payloadType'], 'payloadType');
    const payload = Buffer.from(parseText(envelope['payload'], 'payload'), 'base64');
    const [first, ...others] = parseList(envelope['signatures'], 'signatures');
    if (others.length > 0) throw new Error('it has several signatures');
    const sig = parseText(parseRecord(first, 'signatures[0]')['sig'], 'signatures[0].sig');
    const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
    return {
      payloadType,
      payload,
      signature: Buffer.from(sig, 'base64'),
      bytes: Buffer.concat([Buffer.from(head), payload]),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw refuseSignature('malformed', `${name}: not a bundle with an envelope: ${reason}`, {
      cause,
    });
  }
}
