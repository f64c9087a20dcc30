import type { Command } from './command.ts';
import { cacheLs } from './commands/cache-ls.ts';
import { cachePath } from './commands/cache-path.ts';
import { cacheRm } from './commands/cache-rm.ts';
import { cacheVerify } from './commands/cache-verify.ts';
import { convert } from './commands/convert.ts';
import { ensure } from './commands/ensure.ts';
import { inspect } from './commands/inspect.ts';
import { list } from './commands/list.ts';
import { resolve } from './commands/resolve.ts';
import { verify } from './commands/verify.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  ensure,
  resolve,
  list,
  convert,
  inspect,
  verify,
  cacheLs,
  cachePath,
  cacheRm,
  cacheVerify,
];
