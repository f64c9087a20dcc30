import { expect, test } from 'vitest';
import { isArmoredOrBinarySignature, isClearsigned } from '../../../verifiers/openpgp/index.ts';
import { makeArmor, makeClearsigned } from './make/document.ts';
import { makeKey } from './make/key.ts';
import { makeKeyPair } from './make/key-pair.ts';
import { join, makePacket } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document } from './outcome.ts';

const pair = makeKeyPair();
const signature = makeSignature(pair, document);
const clearsigned = makeClearsigned('text', [pair]);

test.each([
  ['a clearsigned document', clearsigned, true, false],
  ['with CR LF', makeClearsigned('text', [pair], { lineEnd: '\r\n' }), true, false],
  ['blank lines before', `\n${clearsigned}`, false, false],
  ['only its first line', '-----BEGIN PGP SIGNED MESSAGE-----', true, false],
  ['text before', `x\n${clearsigned}`, false, false],
  ['a longer first line', '-----BEGIN PGP SIGNED MESSAGE-----x', false, false],
  ['armor of a signature', makeArmor('SIGNATURE', signature), false, true],
  ['armor of a key', makeArmor('PUBLIC KEY BLOCK', makeKey(pair)), false, false],
  ['a binary signature', signature, false, true],
  ['two of them', join(signature, signature), false, true],
  ['one that is cut', signature.subarray(0, -1), false, false],
  ['another packet after it', join(signature, makePacket(13, Buffer.from('x'))), false, false],
  ['a binary key', makeKey(pair), false, false],
  ['a list', '00  disk.img\n', false, false],
  ['nothing', '', false, false],
  [
    'more than a signature can be',
    Buffer.alloc(300_600, makePacket(2, Buffer.alloc(999))),
    false,
    false,
  ],
])('%s', (_, content, isDocument, isSignature) => {
  const bytes = Buffer.from(content as string);
  expect(isClearsigned(bytes)).toBe(isDocument);
  expect(isArmoredOrBinarySignature(bytes)).toBe(isSignature);
});
