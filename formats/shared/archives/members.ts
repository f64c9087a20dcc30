/** What a walk through an archive reports about the members that it finds; each report may throw. */
export interface Members {
  /**
   * The plain name of a file that may be handed out; `undefined` for a file that is skipped. All its names are checked.
   */
  addFile(stored: string, ...others: string[]): string | undefined;
  addFolder(stored: string): void;
  /** A link, a device or a pipe; `refusal` is thrown if it is the requested member. */
  addOther(stored: string, isLink: boolean, refusal: Error): void;
}
