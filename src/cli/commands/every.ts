import { bundleCreate } from './bundle/create.ts';
import { cacheExport } from './cache-export.ts';
import { cacheImport } from './cache-import.ts';
import { cacheLs } from './cache-ls.ts';
import { cachePath } from './cache-path.ts';
import { cachePrune } from './cache-prune.ts';
import { cacheRm } from './cache-rm.ts';
import { cacheVerify } from './cache-verify.ts';
import { clone } from './clone.ts';
import type { Command } from './command.ts';
import { completionOf } from './completion.ts';
import { convert } from './convert.ts';
import { deliver } from './deliver.ts';
import { boot } from './disk/boot.ts';
import { cat } from './disk/cat.ts';
import { ls } from './disk/ls.ts';
import { ensure } from './ensure.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { lockAdd } from './lock-add.ts';
import { lockCheck } from './lock-check.ts';
import { lockExport } from './lock-export.ts';
import { lockLs } from './lock-ls.ts';
import { lockUpdate } from './lock-update.ts';
import { registryLs } from './registry/ls.ts';
import { registryMirror } from './registry/mirror.ts';
import { registryPull } from './registry/pull.ts';
import { registryPush } from './registry/push.ts';
import { registryVerify } from './registry/verify.ts';
import { resolveCommand } from './resolve.ts';
import { seed } from './seed.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  ensure,
  resolveCommand,
  list,
  convert,
  clone,
  inspect,
  ls,
  cat,
  boot,
  seed,
  deliver,
  bundleCreate,
  lockAdd,
  lockUpdate,
  lockCheck,
  lockLs,
  lockExport,
  verify,
  cacheLs,
  cachePath,
  cacheRm,
  cachePrune,
  cacheExport,
  cacheImport,
  cacheVerify,
  registryLs,
  registryPush,
  registryPull,
  registryMirror,
  registryVerify,
  completionOf(() => commands),
];
