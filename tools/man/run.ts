import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { commands } from '../../src/cli/commands/every.ts';
import { version } from '../../src/version.ts';
import { formatMan } from './format-man.ts';

const page = gzipSync(formatMan(commands, version), { level: 9 });
writeFileSync(new URL('../../dist/rootdisk.1.gz', import.meta.url), page);
