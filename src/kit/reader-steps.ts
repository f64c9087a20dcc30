import { channel } from 'node:diagnostics_channel';

/** Readers of unauthenticated documents report their amount of work here, so that tests can check the bounds. */
const steps = channel('rootdisk:reader-steps');

/** Counts the work of a reader on a document: it must grow no faster than the document. */
export function countSteps(reader: string, count: number): void {
  if (steps.hasSubscribers) steps.publish({ reader, count });
}
