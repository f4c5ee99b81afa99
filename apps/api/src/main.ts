import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { preside } from './preside.js';
import { serve } from './serve.js';
import { createLog } from './system/log.js';

const MOST = 4;

/** `API_PROCESSES`, by default one for each core, four at most. */
function processes(): number {
  const wanted = Number(process.env.API_PROCESSES || Math.min(MOST, availableParallelism()));
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 64) throw new Error('API_PROCESSES is a whole number from 1 to 64');
  return wanted;
}

const log = createLog(process.env.LOG_LEVEL || 'info');

async function start(): Promise<void> {
  const count = processes();
  if (count > 1 && cluster.isPrimary) await preside(count, log);
  else await serve(log);
}

start().catch((error: unknown) => {
  log.fatal({ reason: (error as Error).message }, 'the api could not start');
  process.exit(1);
});
