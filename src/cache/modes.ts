/**
 * Modes of everything in the cache, set whatever the umask: hypervisors under other users read disks, and a reader of
 * another user leases what it uses. What is not verified yet and who holds a name is for the owner alone.
 */
export const modes = {
  folder: 0o755,
  privateFolder: 0o700,
  disk: 0o444,
  file: 0o644,
  staged: 0o600,
} as const;
