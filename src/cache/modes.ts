/**
 * Modes of everything in the cache, independent of the umask: hypervisors under other users read disks, and readers
 * of other users take leases. Unverified files and the locks of names are for the owner only.
 */
export const modes = {
  folder: 0o755,
  privateFolder: 0o700,
  disk: 0o444,
  file: 0o644,
  staged: 0o600,
} as const;
