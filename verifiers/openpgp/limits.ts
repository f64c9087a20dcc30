/** Upper limits for all input. The largest real files: 3 signatures, 2 kB of them, 52 kB of keys, 182 keys. */
export const limits = {
  /** A file of detached signatures, or the armor at the end of a clearsigned document: 256 KiB. */
  signatureBytes: 262_144,
  /** Signature packets in one file. */
  signatures: 32,
  /** Signatures of one document by allowed signers, each of which must be computed. */
  contenders: 8,
  /** Keys with the same 8-byte key id that one signature may mean. */
  candidates: 4,
  /** A clearsigned document: 32 MiB. */
  documentBytes: 33_554_432,
  /** Blocks of armor in one file. */
  blocks: 2000,
  /** A file of keys: 8 MiB. */
  keyBytes: 8_388_608,
  /** Packets in one sequence: a key may carry many certifications by other keys. */
  packets: 50_000,
  keys: 2000,
  subkeys: 100,
  /** A user ID, in bytes; each of its signatures hashes it again. */
  userIdBytes: 8192,
  /** Signatures of a key over itself, its user IDs and its subkeys. */
  selfSignatures: 400,
  /** Signatures embedded in one signature. */
  embedded: 4,
  /** Subpackets in one area. */
  subpackets: 1000,
  /** Notes of `readKeys` about skipped parts. */
  notes: 100,
} as const;
