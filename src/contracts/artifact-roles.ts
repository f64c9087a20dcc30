/** What a published file, or a member of an archive, is used as. */
export const artifactRoles = ['disk', 'kernel', 'initrd', 'manifest'] as const;
