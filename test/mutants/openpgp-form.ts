import { type Mutant, mutantsOf } from './mutant.ts';

const at = (name: string): string => `verifiers/openpgp/${name}.ts`;

/** Checks of the form of bytes: packets, armor, clear text, keys. */
export const formMutants: readonly Mutant[] = [
  ...mutantsOf(at('packets/field-reader'), [
    ['if (length > this.left)', 'if (false)'],
    ['if (length > this.left)', 'if (length > this.left + 1)'],
    ['if (this.left > 0)', 'if (false)'],
  ]),
  ...mutantsOf(at('packets/framing'), [
    ['if (count > limits.packets)', 'if (false)'],
    ['if ((header & 0x80) === 0)', 'if (false)'],
    ['(header & 0x40) === 0 ?', '(header & 0x40) !== 0 ?'],
    ['if (first < 192) return first;', 'if (first < 191) return first;'],
    ['(first - 192) * 256 + reader.uint8() + 192', '(first - 192) * 256 + reader.uint8()'],
    ["if (first < 255) throw malformed('a packet of partial length');", ''],
    ['return { type: header & 0x3f,', 'return { type: header & 0x1f,'],
    [
      'if (lengthType === 1) return reader.uint16();',
      'if (lengthType === 1) return reader.uint8();',
    ],
    ["throw malformed('a packet of indeterminate length')", 'return reader.left'],
  ]),
  ...mutantsOf(at('packets/armor'), [
    ["hasOther ||= line !== ''", 'hasOther = false'],
    ['if (blocks.length === limits.blocks)', 'if (false)'],
    ['if (!ended) throw', 'if (false) throw'],
    ['blank === -1 || !lines.slice(0, blank).every((line) => header.test(line))', 'blank === -1'],
    ["if (checksum.test(data.at(-1) ?? '')) data.pop();", ''],
    ['!base64.test(joined) ||', ''],
    [' || joined.length % 4 !== 0', ''],
    ['line === `-----END PGP ', 'line.startsWith(`-----END PGP `) || line === `'],
  ]),
  ...mutantsOf(at('cleartext'), [
    ['if (!lines.is(beginMessage))', 'if (false)'],
    ['if (!hashHeader.test(', 'if (/^$/.test('],
    ['/^Hash: [A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*$/', '/^Hash: /'],
    [
      '/^Hash: [A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*$/',
      '/^[A-Za-z]+: [A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*$/',
    ],
    ['!lines.isOver && lines.length > 0', '!lines.isOver && false'],
    ['if (lines.isOver) throw', 'if (false) throw'],
    ['if (document[from + 1] !== blank)', 'if (false)'],
    ['from = Math.min(from + 2, lines.end);', ''],
    ['if (length === 1) length = 0;', ''],
    ['byte === blank || byte === tab || byte === cr', 'byte === blank || byte === cr'],
    ['byte === blank || byte === tab || byte === cr', 'byte === tab || byte === cr'],
    ['byte === blank || byte === tab || byte === cr', 'byte === blank || byte === tab'],
    ['body: body.subarray(0, length)', 'body: document'],
    [
      'armor: document.subarray(lines.start)',
      'armor: document.subarray(document.lastIndexOf(beginSignature))',
    ],
  ]),
  ...mutantsOf(at('clearsigned'), [
    ['if (bytes.length > limits.documentBytes)', 'if (false)'],
    ['[signatureTypes.text], keys', '[signatureTypes.text, signatureTypes.binary], keys'],
    ['body.subarray(0, -1)', 'body'],
  ]),
  ...mutantsOf(at('cleartext'), [
    ['byte === lf && this.#last !== cr', 'byte === lf'],
    ['byte === lf && this.#last !== cr', 'false'],
    ['this.#last = byte;', 'this.#last = 0;'],
  ]),
  ...mutantsOf(at('packets/key-material'), [
    ['version === 6 && bitLength(significant) !== bits', 'false'],
    ['version === 6 && bitLength(significant) !== bits', 'bitLength(significant) !== bits'],
    ['if (significant.length > length) return undefined;', ''],
    ['padded.set(significant, length - significant.length)', 'padded.set(significant)'],
  ]),
  ...mutantsOf(at('packets/key-material'), [
    ['bits < 2048 || bits > 4096', 'bits > 4096'],
    ['bits < 2048 || bits > 4096', 'bits < 2048'],
    ['bits < 2048 || bits > 4096', 'bits <= 2048 || bits > 4096'],
    ['bits < 2048 || bits > 4096', 'bits < 2048 || bits >= 4096'],
    ['exponent.length > 4 || ', ''],
    ['low % 2 === 0 || ', ''],
    [' || (exponent.length === 1 && low === 1)', ''],
    ['version === 6 ? undefined : readEddsaLegacy', 'readEddsaLegacy'],
    [
      "if (oid !== ed25519Legacy) return { kind: 'unusable', why: 'its curve is not supported' };",
      '',
    ],
    ['point[0] !== 0x40 || point.length !== 33', 'point.length !== 33'],
    ['point[0] !== 0x40 || point.length !== 33', 'point[0] !== 0x40'],
    ['point[0] !== 4 || point.length !== 1 + 2 * size', 'point.length !== 1 + 2 * size'],
    ['point[0] !== 4 || point.length !== 1 + 2 * size', 'point[0] !== 4'],
    ["if (material.kind !== 'unusable') reader.end();", ''],
  ]),
  ...mutantsOf(at('packets/key-packet'), [
    ['if (version !== 4 && version !== 6) return undefined;', ''],
    ["version === 4 ? 'sha1' : 'sha256'", "'sha1'"],
    ['version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16)', 'fingerprint.slice(-16)'],
  ]),
  ...mutantsOf(at('keys/key-builder'), [
    ['if (this.notes.length < limits.notes)', 'if (true)'],
    ['if (this.keys.length === limits.keys)', 'if (false)'],
    [
      'packet === undefined || packet.version !== this.#key.primary.version',
      'packet === undefined',
    ],
    ['if (this.#key.subkeys.length === limits.subkeys)', 'if (false)'],
    ['signature === undefined || !concerns(signature, key.primary)', 'signature === undefined'],
    ['signature.type === signatureTypes.keyRevocation || mayBeBy', 'mayBeBy'],
    ['if (count > limits.selfSignatures)', 'if (false)'],
    ['(this.#ownSignatures.get(key.fingerprint) ?? 0) + 1', '1'],
    ["if (ofKey || this.#under === 'primary')", "if (this.#under === 'primary')"],
    [
      'case packetTypes.userAttribute:\n        this.#under = undefined;',
      'case packetTypes.userAttribute:',
    ],
    [
      '  #startSubkey(body: Uint8Array): void {\n    this.#under = undefined;',
      '  #startSubkey(body: Uint8Array): void {',
    ],
  ]),
  ...mutantsOf(at('keys/read-keys'), [
    ['if (bytes.length > limits.keyBytes)', 'if (false)'],
    ["block.label !== 'PUBLIC KEY BLOCK'", 'false'],
    ['    builder.dropKey();\n', '    builder.endKey();\n'],
    ["fingerprint.replace(/\\s/g, '').toUpperCase()", 'fingerprint'],
    ['key.fingerprint === wanted', 'key.fingerprint.endsWith(wanted)'],
  ]),
  ...mutantsOf(at('read-signatures'), [
    ['if (bytes.length > limits.signatureBytes)', 'if (false)'],
    ['if (type !== packetTypes.signature)', 'if (false)'],
    [
      'if (type !== packetTypes.signature) {',
      'if (type !== packetTypes.signature) { if (type > 20 || type === 10) continue;',
    ],
    ['if (count > limits.signatures)', 'if (false)'],
    ['if (hasOther) throw', 'if (false) throw'],
    [
      "if ('problem' in block) throw block.problem;",
      "if ('problem' in block) return new Uint8Array();",
    ],
    ["if (block.label === 'SIGNATURE') return block.bytes;", 'return block.bytes;'],
    ['if (count === 0)', 'if (false)'],
  ]),
  ...mutantsOf(at('recognize'), [
    ['.every(({ type }) => type === packetTypes.signature)', '.length > 0'],
    ['bytes.length > limits.signatureBytes', 'false'],
    ['[ \\t\\r]*(?:\\n|$)', ''],
  ]),
];
