import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
let watching = false;

/** Ends a child with this process, for any end of this process. */
export function ownProcess<T extends ChildProcess>(child: T): T {
  if (!watching) process.once('exit', endAll);
  watching = true;
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function endAll(): void {
  for (const child of running) child.kill('SIGTERM');
}
