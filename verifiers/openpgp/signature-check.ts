import { createHash, createVerify, type Hash, type Verify } from 'node:crypto';
import type { KeyHash } from './hash-names.ts';
import type { KeyPacket } from './packets/key-packet.ts';
import type { SignaturePacket } from './packets/signature-packet.ts';
import { checkEcdsa, checkEddsa, checkRsa, makeVerifyKey } from './verify-values.ts';

/**
 * Checks one signature against one key: gets the signed bytes in order and is finished once (RFC 9580, 5.2.4). It
 * checks only the mathematics, not the signer, the time or the purpose. The key must be usable.
 */
export class SignatureCheck {
  readonly #signature: SignaturePacket;
  readonly #key: KeyPacket;
  readonly #hashName: KeyHash;
  readonly #hash: Hash;
  /** Node verifies ECDSA only over data, not over a digest. */
  readonly #verify: Verify | undefined;

  constructor(signature: SignaturePacket, key: KeyPacket, hashName: KeyHash) {
    this.#signature = signature;
    this.#key = key;
    this.#hashName = hashName;
    this.#hash = createHash(hashName);
    this.#verify = key.material.kind === 'ecdsa' ? createVerify(hashName) : undefined;
    this.update(signature.salt);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#verify?.update(bytes);
  }

  /** Whether key and signature agree; false also for malformed values. */
  finish(): boolean {
    const signature = this.#signature;
    this.update(signature.trailer);
    const digest = this.#hash.digest();
    if (!digest.subarray(0, 2).equals(signature.digestStart)) return false;
    const { material } = this.#key;
    const key = makeVerifyKey(material);
    if (key === undefined) return false;
    switch (material.kind) {
      case 'rsa':
        return checkRsa(signature, material, this.#hashName, digest);
      case 'ed25519':
        return checkEddsa(signature, key, digest);
      case 'ecdsa':
        return checkEcdsa(signature, key, this.#verify, material.x.length);
      case 'unusable':
        return false;
    }
  }
}
