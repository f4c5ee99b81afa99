import { LEDGER_PURPOSE, WHOLE_PERSON } from '#contracts';
import { connectKafka } from './connect-kafka.js';
import { createMetrics } from './count-metrics.js';
import { silent, type ConsumerOptions } from './options.js';
import type { Progress } from './progress.js';
import { sendAnswers } from './send-answers.js';
import { watchServers } from './servers.js';
import { createTable } from './table.js';
import { takeTurns, type Workshop } from './work.js';

type Shop = Workshop & { kafka: ReturnType<typeof connectKafka> };

/** What a consumer's work needs, made once for its life; it ends with `signal`. */
export function createWorkshop(options: ConsumerOptions<unknown>, progress: Progress, signal: AbortSignal): Shop {
  const { store, handlers, purposes, logger = silent, handlerTimeoutMs = 20_000, mostUnacknowledged = 20_000 } = options;
  const table = createTable();
  const kafka = connectKafka(options.system, options, logger);
  const isMine = (purpose: string): boolean => purpose === WHOLE_PERSON || (purposes?.includes(purpose) ?? purpose !== LEDGER_PURPOSE);
  const onDatabase = (usable: boolean, problem?: string): void => {
    progress.state = usable ? (progress.informed ? 'following' : 'learning') : 'waiting-for-database';
    progress.problem = problem;
  };
  return {
    options,
    kafka,
    table,
    metrics: createMetrics(options.system),
    applier: { store, isMine, handlers, handlerTimeoutMs },
    around: { signal, logger, onDatabase, onHeld: table.hold },
    inTurn: takeTurns(),
    servers: watchServers(store),
    sender: sendAnswers({ kafka, stopped: signal, logger, mostWaiting: mostUnacknowledged }),
  };
}
