import { channel } from 'node:diagnostics_channel';

/** Where readers of unauthenticated documents tell how much work a document was, for the tests of their bounds. */
const steps = channel('rootdisk:reader-steps');

/** Counts work that a reader does for a document: it must grow no faster than the document. */
export function countSteps(reader: string, count: number): void {
  if (steps.hasSubscribers) steps.publish({ reader, count });
}
