import { isImageError } from '../../../src/kit.ts';
import { limits } from '../limits.ts';
import { malformed } from '../packets/field-reader.ts';
import { type FramedPacket, packetTypes } from '../packets/framing.ts';
import { type KeyPacket, readKeyPacket } from '../packets/key-packet.ts';
import { readSignature, type SignaturePacket } from '../packets/signature-packet.ts';
import { mayBeBy, type PublicKey, signatureTypes } from './public-key.ts';

/** Builds transferable public keys from packets (RFC 9580, 10.1). Unreadable packets are skipped with a note. */
export class KeyBuilder {
  readonly keys: PublicKey[] = [];
  readonly notes: string[] = [];
  #key: PublicKey | undefined;
  /** The owner of the next signatures; none after a skipped packet. */
  #under: 'primary' | SignaturePacket[] | undefined;
  /** By fingerprint: copies of one key in a file count together. */
  readonly #ownSignatures = new Map<string, number>();

  note(message: string): void {
    if (this.notes.length < limits.notes) this.notes.push(message);
  }

  /** The current key is complete. */
  endKey(): void {
    if (this.#key !== undefined) this.keys.push(this.#key);
    this.dropKey();
  }

  /** The current key must not be used: the missing part may be its revocation. */
  dropKey(): void {
    this.#key = undefined;
    this.#under = undefined;
  }

  add({ type, body }: FramedPacket): void {
    switch (type) {
      case packetTypes.publicKey:
        this.#startKey(body);
        break;
      case packetTypes.secretKey:
        this.endKey();
        this.note('a secret key was skipped: only public keys are read');
        break;
      case packetTypes.publicSubkey:
        this.#startSubkey(body);
        break;
      case packetTypes.userId:
        this.#startUserId(body);
        break;
      case packetTypes.secretSubkey:
      case packetTypes.userAttribute:
        this.#under = undefined;
        break;
      case packetTypes.signature:
        this.#addSignature(body);
        break;
      default:
      // Trust, marker, padding and future packets: none of them changes a key.
    }
  }

  #startKey(body: Uint8Array): void {
    this.endKey();
    if (this.keys.length === limits.keys) throw malformed(`more than ${limits.keys} keys`);
    const primary = this.#read('a key', () => readKeyPacket(body));
    if (primary === undefined) return;
    const { fingerprint, material } = primary;
    // The key is kept, so that its signature is not reported as one by an unknown signer.
    if (material.kind === 'unusable') {
      this.note(`key ${fingerprint} cannot verify anything: ${material.why}`);
    }
    this.#key = { fingerprint, primary, signatures: [], userIds: [], subkeys: [] };
    this.#under = 'primary';
  }

  #startSubkey(body: Uint8Array): void {
    this.#under = undefined;
    if (this.#key === undefined) return;
    const packet = this.#read(`a subkey of ${this.#key.fingerprint}`, () => readKeyPacket(body));
    if (packet === undefined || packet.version !== this.#key.primary.version) return;
    if (this.#key.subkeys.length === limits.subkeys) {
      this.#tooMuch('subkeys');
      return;
    }
    const subkey = { packet, signatures: [] };
    this.#key.subkeys.push(subkey);
    this.#under = subkey.signatures;
  }

  #startUserId(bytes: Uint8Array): void {
    this.#under = undefined;
    if (this.#key === undefined) return;
    if (bytes.length > limits.userIdBytes) {
      this.note(`a user ID of ${this.#key.fingerprint} was skipped: it is too long`);
      return;
    }
    const userId = { bytes, signatures: [] };
    this.#key.userIds.push(userId);
    this.#under = userId.signatures;
  }

  #addSignature(body: Uint8Array): void {
    const key = this.#key;
    if (key === undefined) return;
    const what = `a signature of ${key.fingerprint}`;
    const signature = this.#read(what, () => readSignature(body));
    if (signature === undefined || !concerns(signature, key.primary)) return;
    const count = (this.#ownSignatures.get(key.fingerprint) ?? 0) + 1;
    this.#ownSignatures.set(key.fingerprint, count);
    if (count > limits.selfSignatures) {
      this.#tooMuch('signatures of its own');
      return;
    }
    const ofKey =
      signature.type === signatureTypes.keyRevocation ||
      signature.type === signatureTypes.directKey;
    if (ofKey || this.#under === 'primary') key.signatures.push(signature);
    else this.#under?.push(signature);
  }

  #tooMuch(what: string): void {
    this.note(`key ${this.#key?.fingerprint} was skipped: it has too many ${what}`);
    this.dropKey();
  }

  #read<T extends KeyPacket | SignaturePacket>(
    what: string,
    read: () => T | undefined,
  ): T | undefined {
    try {
      const packet = read();
      if (packet === undefined) this.note(`${what} was skipped: its version is not supported`);
      return packet;
    } catch (error) {
      if (!isImageError(error)) throw error;
      this.note(`${what} was skipped: ${error.message}`);
      return undefined;
    }
  }
}

/** A revocation may be by another key, which the primary key has named for this purpose. */
function concerns(signature: SignaturePacket, primary: KeyPacket): boolean {
  return signature.type === signatureTypes.keyRevocation || mayBeBy(signature, primary);
}
