/** What a published file, or a member of one, can be to the disk. */
export const artifactRoles = ['disk', 'kernel', 'initrd', 'manifest'] as const;
