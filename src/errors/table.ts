import type { ErrorCode } from './codes.ts';

/** What there is to say about one code; `docs/errors.md` is made from it. */
export interface ErrorRow {
  /** What happened. */
  meaning: string;
  /** What the caller can do. */
  action: string;
  /** A message as it is raised. */
  example: string;
}

/** Every code. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = {
  ERR_INVALID_REQUEST: {
    meaning: 'An argument or option is missing, malformed or excludes another one.',
    action: 'Correct the call; `details.field` names the argument or option.',
    example: 'invalid value "foo" for --trust',
  },
  ERR_UNKNOWN_VENDOR: {
    meaning: 'The reference names a vendor that is neither built in nor given.',
    action: '`rootdisk list` prints the vendors. An address or a path is used as it is given.',
    example: 'there is no vendor "ubunto"; known vendors: almalinux, alpine, arch, debian, ubuntu',
  },
  ERR_DUPLICATE_PART: {
    meaning: 'Two vendors, formats, verifiers or targets have the same id.',
    action: 'Give each part once; rename or drop one of the two.',
    example: 'the vendor id "ubuntu" is given twice, or is reserved',
  },
  ERR_NOT_FOUND: {
    meaning:
      'The vendor has no such release, architecture, variant or build, or the cache no such entry.',
    action:
      'Choose one of `details.known`; `rootdisk list VENDOR` prints the releases of a vendor.',
    example: 'debian has no release "99"; it has 11, 12, 13, testing, sid',
  },
  ERR_OFFLINE_MISS: {
    meaning: 'The call is offline, and what it needs is not in the cache.',
    action: 'Call once without `offline` (`--offline`).',
    example: 'the cache has no disk of debian:13 for arm64',
  },
  ERR_NETWORK: {
    meaning: 'The connection, the proxy or the TLS handshake failed.',
    action:
      'Check the network and the proxy, and try again. For a private certificate authority, give `ca` (`--ca`).',
    example: 'https://cloud-images.ubuntu.com/releases/: the connection was refused',
  },
  ERR_HTTP_STATUS: {
    meaning: 'The server answered with an error status.',
    action:
      'Wait after 429 and 5xx, until `details.retryAt` where it is given; after 401, 402, 403, 407 and 451 find out who refuses (`isRefusal()`); after 404 and 410 check that the vendor still publishes the address.',
    example: 'https://cloud.debian.org/images/cloud/trixie/latest/SHA512SUMS: 404 Not Found',
  },
  ERR_STALLED: {
    meaning: 'The server sent no byte for too long.',
    action: 'Try again; the download is resumed.',
    example: 'https://cloud.debian.org/images/cloud/disk.qcow2: no byte for 30 s',
  },
  ERR_REDIRECT: {
    meaning: 'A redirect leads to an address that may not be followed, or there are too many.',
    action: 'Give the final address, or name it as a mirror (`mirrors`, `--mirror`).',
    example:
      'https://example.org/disk.img redirects to a private address: https://10.0.0.5/disk.img',
  },
  ERR_METADATA: {
    meaning: "A vendor's document has an unknown form, or is another page such as a login.",
    action: 'Open the address in a browser and try later; report it if it stays so.',
    example: 'https://cloud.centos.org/centos/ should be a directory index, found another page',
  },
  ERR_DIGEST: {
    meaning:
      'Bytes differ from their digest, two documents differ, or a list has no usable digest of the file.',
    action: 'Do not use the bytes. `details.reason` says which of these it is.',
    example: 'disk.qcow2 has the digest sha256:60303ae2…, expected sha256:9f86d081…',
  },
  ERR_SIZE: {
    meaning: 'The size of a file differs from what its documents or the server say.',
    action: 'Do not use the bytes; the vendor may be changing the file, so try later.',
    example: 'disk.qcow2 has 1024 bytes instead of 645262848',
  },
  ERR_UNTRUSTED: {
    meaning: 'The demanded level of trust cannot be reached for this source.',
    action: 'Give a digest (`digest`, `--digest`), or accept a lower level (`trust`, `--trust`).',
    example: 'trust signed is demanded, but disk.qcow2 reaches only checksum',
  },
  ERR_SIGNATURE: {
    meaning: 'The signature is not over these bytes, or cannot be read.',
    action: 'Do not use the bytes; report it to the vendor if it happens again.',
    example: 'SHA256SUMS: the signature by 1A2B3C4D5E6F7081 is not for these bytes',
  },
  ERR_SIGNATURE_MISSING: {
    meaning: 'This vendor signs, and the signature is missing.',
    action: 'Try later, give a digest, or accept a lower level (`trust`, `--trust`).',
    example: 'https://example.org/SHA256SUMS.gpg is missing, and disk.img must be signed',
  },
  ERR_UNKNOWN_SIGNER: {
    meaning: 'The signature is by a key that is not pinned for this vendor and release.',
    action:
      "Compare the fingerprint with the vendor's announcement, then give the key (`keys`, `--key`).",
    example: 'SHA256SUMS is signed by the key 1A2B3C4D5E6F7081, which is not pinned',
  },
  ERR_SIGNER_EXPIRED: {
    meaning: 'The key had expired when it signed.',
    action:
      'Do not use the bytes; look for a renewed key of the vendor and give it (`keys`, `--key`).',
    example:
      'SHA256SUMS: the signature by 1A2B3C4D5E6F7081 is not accepted: it expired on 2024-01-01T00:00:00Z',
  },
  ERR_SIGNER_REVOKED: {
    meaning: 'The key was revoked.',
    action: 'Do not use the bytes; read what the vendor says about the key.',
    example: 'SHA256SUMS: the signature by 1A2B3C4D5E6F7081 is not accepted: its owner revoked it',
  },
  ERR_SIGNED_IN_FUTURE: {
    meaning: 'The date of the signature is in the future.',
    action: 'Correct the clock of this machine; if it is right, do not use the bytes.',
    example: 'SHA256SUMS is signed in the future: 2030-01-01T00:00:00.000Z',
  },
  ERR_WEAK_HASH: {
    meaning: 'The signature uses MD5 or SHA-1.',
    action: 'Give the digest of the file yourself (`digest`, `--digest`).',
    example: 'SHA256SUMS: the signature by 1A2B3C4D5E6F7081 is not accepted: it uses SHA1',
  },
  ERR_KEY: {
    meaning: 'A key cannot be read, or a pinned key could not be fetched.',
    action: 'Give the public key as a file (`keys`, `--key`); the hint names the key.',
    example: 'there is no openpgp key among the given keys',
  },
  ERR_ROLLBACK: {
    meaning: 'The build or signature is older than one that this cache has accepted before.',
    action: 'If the vendor really withdrew a build, allow it once (`allowOlder`, `--allow-older`).',
    example: 'ubuntu:24.04 is now build 20260701, and the newer build 20260725 was accepted before',
  },
  ERR_STALE: {
    meaning: 'The signature is older than `maxAge` allows, has expired, or has no date.',
    action: 'Check whether the mirror is out of date, or raise `maxAge` (`--max-age`).',
    example: 'disk.qcow2 was signed on 2026-01-05T00:00:00.000Z, more than 90 days ago (maxAge)',
  },
  ERR_DECODE: {
    meaning: 'The image is damaged: a header, a table, compressed data or a checksum is wrong.',
    action: 'Get the image again from its source. `details.reason` names the defect.',
    example: 'The xz file ends inside a block',
  },
  ERR_UNSAFE_IMAGE: {
    meaning: 'The image could make a program read other files, or is not of the declared kind.',
    action: 'Do not use the image. `details.reason` names the danger.',
    example: 'the image needs a backing file',
  },
  ERR_UNSUPPORTED_FORMAT: {
    meaning: 'The image is encrypted, or of a format, variant or feature that is not supported.',
    action: 'Convert, decrypt or unpack it with another tool first.',
    example: 'the image is encrypted (LUKS)',
  },
  ERR_LIMIT: {
    meaning: 'A size, a count or a ratio is above its limit.',
    action:
      'Raise the limit that the hint names (`limits`, `--limit NAME=VALUE`) if you trust the image.',
    example: 'The gzip data unpacks to more than 2199023255552 bytes',
  },
  ERR_CODEC_UNAVAILABLE: {
    meaning: 'A decoder cannot be loaded on this platform.',
    action: 'Install the package that the hint names.',
    example: 'The xz decoder cannot be loaded on this platform',
  },
  ERR_CACHE_IO: {
    meaning:
      'The cache, the output file or the device cannot be read or written, or is not safe to use.',
    action:
      'Correct what `details.errno` and the hint name, or choose another folder (`cacheDir`, `--cache-dir`).',
    example: 'cannot create /var/cache/rootdisk/images-v1: EACCES',
  },
  ERR_NO_SPACE: {
    meaning: 'The disk, the quota or the device is too small.',
    action:
      'Free space, remove disks with `rootdisk cache prune`, or choose another folder (`cacheDir`, `--cache-dir`).',
    example:
      'disk.qcow2 needs about 2200 MiB in /var/cache/rootdisk/images-v1, and 512 MiB are free',
  },
  ERR_CACHE_LOCKED: {
    meaning: 'Another process uses the entry.',
    action: 'Wait until that process has ended.',
    example: 'debian_13_genericcloud_amd64_20260712-2537.raw is in use; it was not removed',
  },
  ERR_PLUGIN: {
    meaning: 'A vendor, format, verifier or target failed, or does not follow its contract.',
    action: 'Report it to the author of `details.plugin`.',
    example: 'the plug-in ./acme.ts: exports no vendor, format, verifier, target or tier',
  },
};
