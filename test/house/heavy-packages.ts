import { type Import, sayImports } from './imports.ts';

/**
 * Uses of a package that must be loaded on demand, in one file: every static one, and all if there are several files.
 */
export function findHeavyUses(name: string, imports: readonly Import[]): string[] {
  const users = imports.filter(({ to, isType }) => to === name && !isType);
  const isSpread = new Set(users.map(({ from }) => from)).size > 1;
  return sayImports(isSpread ? users : users.filter(({ isDynamic }) => !isDynamic));
}
