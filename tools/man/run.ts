import { writeFileSync } from 'node:fs';
import { commands } from '../../src/cli/commands/every.ts';
import { version } from '../../src/version.ts';
import { formatMan } from './format-man.ts';

writeFileSync(new URL('../../dist/rootdisk.1', import.meta.url), formatMan(commands, version));
