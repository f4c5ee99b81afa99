// Two processes: the first ends as soon as it serves, the second serves once another one has taken the first one's place. Started by preside.spec.ts.
import cluster from 'node:cluster';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { preside } from '../../dist/apps/api/src/preside.js';
import { until } from '../../dist/libs/servers/src/until.js';

const [, , folder = ''] = process.argv;
const replaced = join(folder, 'replaced');
const id = cluster.worker?.id ?? 0;
if (cluster.isPrimary) await preside(2, pino());
if (id > 2) writeFileSync(replaced, '');
if (id === 2 && !(await until(async () => existsSync(replaced), { timeoutMs: 20_000 }))) process.exit(1);
if (id > 0) process.send({ ready: true }, () => id === 1 && process.exit(1));
