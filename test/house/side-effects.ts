import ts from 'typescript';
import type { Import } from './imports.ts';
import { placeOf, type SourceFile, walkTree } from './source-file.ts';

/**
 * Places that read the environment besides the command line: the proxies, the platform's cache folder, logins of
 * registries.
 */
const environmentHomes = [
  'src/http/client.ts',
  'src/cache/cache-folder.ts',
  'src/oci/auth/login-files.ts',
];
const terminal = ['argv', 'exit', 'exitCode', 'on', 'once', 'stderr', 'stdin', 'stdout'];
const sockets = ['node:dgram', 'node:http', 'node:http2', 'node:https', 'node:net', 'node:tls'];
const files = ['node:fs', 'node:fs/promises'];
/** A program for the maintainers of the pinned keys; it is in no package. */
const isKeyProgram = (path: string): boolean => path.startsWith('vendors/keys/refresh');

/** `console`, `process.stdout`, `process.env` and the like outside `src/cli/`. */
export function findTerminalUses(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => !path.startsWith('src/cli/') && !isKeyProgram(path))
    .flatMap((file) =>
      [...walkTree(file.tree)].flatMap((node) => {
        if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return [];
        const used = `${node.expression.text}.${node.name.text}`;
        const isEnvironment = used === 'process.env' && !environmentHomes.includes(file.path);
        // Node reports an empty event loop only to listeners of the process.
        const isEmptyLoop = used === 'process.on' && file.path === 'src/parts/await-plugin.ts';
        const isTerminal =
          node.expression.text === 'console' ||
          (node.expression.text === 'process' && terminal.includes(node.name.text) && !isEmptyLoop);
        return isEnvironment || isTerminal ? [`${placeOf(file, node)} ${used}`] : [];
      }),
    );
}

/** Modules that open sockets, outside `src/http/` and the servers of `src/testing/`. */
export function findSocketUses(imports: readonly Import[]): Import[] {
  return imports.filter(
    ({ from, to, isType }) =>
      [...sockets, 'got'].includes(to) && !isType && !/^src\/(?:http|testing)\//.test(from),
  );
}

/** Parts get bytes and documents handed to them; they never open a file. */
export function findFileUses(imports: readonly Import[]): Import[] {
  return imports.filter(
    ({ from, to, isType }) =>
      files.includes(to) && !isType && !from.startsWith('src/') && !isKeyProgram(from),
  );
}
