import { arches } from '../contracts/arch.ts';
import { artifactRoles } from '../contracts/artifact-roles.ts';
import { trustLevels } from '../contracts/proof.ts';
import { guestSeeds } from '../contracts/seed.ts';
import type { Listing, Resolution } from '../contracts/vendor.ts';
import {
  checkAnswer,
  either,
  listOf,
  oneOf,
  optional,
  record,
  type Shape,
  shape,
  shapes,
  valuesOf,
} from './shape.ts';

const { address, anyText, digest, flag, method, size, text, warnings } = shapes;

const key = record({
  fingerprint: text,
  key: optional(either(method, text)),
  urls: optional(listOf(address)),
});
const keyed = record({
  form: oneOf(['openpgp', 'signify', 'minisign']),
  at: either(oneOf(['inline']), address),
  signers: listOf(text),
  keys: listOf(key),
});
const bundled = record({ form: oneOf(['sigstore']), at: address, identity: text, issuer: text });
const ofKeyPair = record({
  form: oneOf(['cosign']),
  at: address,
  signature: optional(text),
  signers: listOf(text, 1),
});
const signature: Shape = (value) => {
  const { form } = Object(value);
  return (form === 'sigstore' ? bundled : form === 'cosign' ? ofKeyPair : keyed)(value);
};

const proofs: Readonly<Record<string, Shape>> = {
  digest: record({ digest, of: optional(oneOf(['artifact', 'disk'])), from: anyText }),
  checksums: record({
    url: address,
    name: optional(text),
    aliases: optional(listOf(text)),
    dialect: optional(oneOf(['sums', 'deb822', 'simplestreams', 'oci-manifest'])),
    sidecar: optional(flag),
    signature: optional(signature),
    via: optional((value) => proof(value)),
  }),
  signature: record({ signature, of: optional(address) }),
  tls: record({ reason: text }),
};

const proof: Shape = (value) => {
  const fault = record({ kind: text })(value);
  if (fault !== undefined) return fault;
  const { kind } = Object(value);
  // Only its verifier knows more about a kind that a plug-in declares.
  const known = Object.hasOwn(proofs, kind) ? proofs[kind] : undefined;
  return (known ?? record({ offers: optional(oneOf(trustLevels)) }))(value);
};

const artifact = record({
  url: address,
  mirrors: optional(listOf(address)),
  archives: optional(listOf(address)),
  fileName: shape('a file name', (value) => {
    return typeof value === 'string' && !/^\.{0,2}$|[/\\\0]/.test(value);
  }),
  sizeBytes: optional(size),
  layers: listOf(text),
  entry: optional(text),
  members: optional(valuesOf(oneOf(artifactRoles))),
  pieces: optional(
    record({
      lengthBytes: shape('a length', (value) => Number.isSafeInteger(value) && Number(value) > 0),
      digests: listOf(digest, 1),
    }),
  ),
  proofs: listOf(proof, 1),
});

const day = shape('a day such as 2027-04-30', (value) => {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
});

const guest = record({
  user: optional(anyText),
  seed: optional(oneOf(guestSeeds)),
  ssh: optional(flag),
  firmware: optional(listOf(oneOf(['bios', 'uefi']))),
  eol: optional(day),
  minDiskBytes: optional(size),
  minMemoryBytes: optional(size),
  osIds: optional(listOf(text, 1)),
});

const resolution = record({
  release: text,
  codename: optional(anyText),
  version: optional(anyText),
  variant: text,
  snapshot: text,
  disk: listOf(artifact, 1),
  boot: optional(
    record({ kernel: artifact, initrd: optional(artifact), cmdline: optional(anyText) }),
  ),
  bootOf: optional(record({ reference: text, cmdline: optional(anyText) })),
  guest: optional(guest),
  warnings: optional(warnings),
});

const listing = record({
  release: text,
  codename: optional(anyText),
  version: optional(anyText),
  aliases: optional(listOf(text)),
  arches: listOf(oneOf(arches)),
  variants: listOf(text),
  eol: optional(day),
});

/** Checks the answer of a vendor against the contract before it is used; `ERR_PLUGIN` names the fault. */
export function checkResolution(vendor: string, answer: Resolution): Resolution {
  return checkAnswer(vendor, 'resolve', answer, resolution);
}

/** Like `checkResolution`, for one line of its list. */
export function checkListing(vendor: string, answer: Listing): Listing {
  return checkAnswer(vendor, 'list', answer, listing);
}
