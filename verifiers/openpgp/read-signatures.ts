import { refuseSignature } from '../../src/kit.ts';
import { limits } from './limits.ts';
import { readArmor } from './packets/armor.ts';
import { malformed } from './packets/field-reader.ts';
import { packetTypes, readPackets } from './packets/framing.ts';
import { readSignature, type SignaturePacket } from './packets/signature-packet.ts';

/**
 * Reads detached signatures (RFC 9580, 10.4): only signature packets, binary or armored; those of unknown versions are
 * left out. `name` is the signed file, for messages.
 */
export function readSignatures(material: Uint8Array | string, name: string): SignaturePacket[] {
  const bytes = typeof material === 'string' ? Buffer.from(material) : material;
  if (bytes.length > limits.signatureBytes) {
    throw malformed(`signature of ${name}: longer than ${limits.signatureBytes} bytes`);
  }
  const isBinary = ((bytes[0] ?? 0) & 0x80) !== 0;
  const signatures: SignaturePacket[] = [];
  let count = 0;
  for (const part of isBinary ? [bytes] : readSignatureArmor(bytes, name)) {
    for (const { type, body } of readPackets(part)) {
      if (type !== packetTypes.signature) {
        throw malformed(`signature of ${name}: a packet of type ${type} among the signatures`);
      }
      count += 1;
      if (count > limits.signatures) {
        throw malformed(`signature of ${name}: more than ${limits.signatures} signatures`);
      }
      const signature = readSignature(body);
      if (signature !== undefined) signatures.push(signature);
    }
  }
  if (count === 0) {
    throw refuseSignature('signature-missing', `signature of ${name}: it has none`, {
      hint: 'Get the signature again from its source.',
    });
  }
  return signatures;
}

function readSignatureArmor(bytes: Uint8Array, name: string): Uint8Array[] {
  const { blocks, hasOther } = readArmor(Buffer.from(bytes).toString('latin1'));
  if (hasOther) throw malformed(`signature of ${name}: text outside the armor`);
  return blocks.map((block) => {
    if ('problem' in block) throw block.problem;
    if (block.label === 'SIGNATURE') return block.bytes;
    throw malformed(`signature of ${name}: a PGP ${block.label} instead of a signature`);
  });
}
