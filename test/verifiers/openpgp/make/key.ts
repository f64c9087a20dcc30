import { type KeyPair, primaryPacket, subkeyPacket } from './key-pair.ts';
import { join, makePacket, sub, uint32 } from './packet.ts';
import { makeSignature, makeSignatureBody, type SignOptions } from './signature.ts';

/** Key flags. */
export const flags = { certify: 1, sign: 2, both: 3, encrypt: 12 } as const;

/** A self-certification of `userId`; by default the key may certify and sign, without expiry. */
export function makeSelfSignature(key: KeyPair, userId: string, options: SignOptions = {}): Buffer {
  const bytes = Buffer.from(userId);
  const content = join(key.hashed, Buffer.from([0xb4]), uint32(bytes.length), bytes);
  return makeSignature(key, content, {
    type: 0x13,
    created: key.created,
    hashed: [sub.flags(flags.both)],
    ...options,
  });
}

/** A signature over the primary key only: 0x1F, or 0x20 to revoke it. */
export function makeDirectSignature(key: KeyPair, options: SignOptions = {}): Buffer {
  return makeSignature(key, key.hashed, { type: 0x1f, created: key.created, ...options });
}

/** The packets of a primary key with one user ID. */
export function makeKey(
  key: KeyPair,
  options: { userId?: string; self?: Uint8Array; direct?: Uint8Array[] } = {},
): Buffer {
  const { userId = 'Vendor <images@example.invalid>', direct = [] } = options;
  const self = options.self ?? makeSelfSignature(key, userId);
  return join(primaryPacket(key), ...direct, makePacket(13, Buffer.from(userId)), self);
}

/** A binding of `subkey` under `key`, with a back-signature unless `back` says otherwise. */
export function makeBinding(
  key: KeyPair,
  subkey: KeyPair,
  options: SignOptions & { back?: SignOptions | false; hashedBack?: boolean; by?: KeyPair } = {},
): Buffer {
  const { back = {}, hashedBack = false, by = subkey, ...rest } = options;
  const content = join(key.hashed, subkey.hashed);
  const backSignature =
    back === false
      ? []
      : [
          sub.embedded(
            makeSignatureBody(by, content, { type: 0x19, created: subkey.created, ...back }),
          ),
        ];
  return makeSignature(key, content, {
    type: 0x18,
    created: subkey.created,
    ...rest,
    hashed: [...(rest.hashed ?? [sub.flags(flags.sign)]), ...(hashedBack ? backSignature : [])],
    unhashed: [...(rest.unhashed ?? [sub.keyId(key.keyId)]), ...(hashedBack ? [] : backSignature)],
  });
}

/** A subkey with its signatures; by default one good binding. */
export function makeSubkey(key: KeyPair, subkey: KeyPair, ...signatures: Uint8Array[]): Buffer {
  const own = signatures.length > 0 ? signatures : [makeBinding(key, subkey)];
  return join(subkeyPacket(subkey), ...own);
}
