/** What a walk through an archive tells of the members that it meets; each may be refused. */
export interface Members {
  /** The plain name of a file that may be handed out; `undefined` for one that is passed over. Every name it has counts. */
  addFile(stored: string, ...others: string[]): string | undefined;
  addFolder(stored: string): void;
  /** A link, a device or a pipe, with the refusal that it is where it is wanted. */
  addOther(stored: string, isLink: boolean, refusal: Error): void;
}
