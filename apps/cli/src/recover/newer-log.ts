import { resolve } from 'node:path';
import { LogFolder } from '#log-folder';
import { giveUpSent } from '#outbox';
import { newestSent } from '#recovery';
import { verifiersIn } from '#vault';
import type { Connection } from '../connect.js';
import { brokersHere, CliError, logDir } from '../installation.js';
import { withKafka } from '../kafka/cluster.js';
import { openSigned } from '../log/check-log.js';

interface Asked {
  /** Whether Kafka may be asked. */
  kafka: boolean;
  /** Whether an operator says that what goes further is lost. */
  logLost?: boolean;
}

const count = (size: number): string => size.toLocaleString('en');

/** To how many events the checkpoint in the installation's own folder commits, where it is another folder and one of the log's keys signed it; else 0. */
async function sizeBeside(where: string, keys: string): Promise<number> {
  const own = logDir();
  if (resolve(own) === resolve(where)) return 0;
  const note = await new LogFolder(own).checkpoint().catch(() => undefined);
  try {
    return note === undefined ? 0 : openSigned(note, keys).size;
  } catch {
    return 0;
  }
}

/**
 * Refuses a log that is an older copy of one that is known: what it lacks would be taken for lost, and settled against it. Without a log that goes
 * further the operator says that it is lost; then no checkpoint that was sent closes the ledger any more.
 */
export async function demandNewest({ pool, ledger, keyring }: Connection, where: string, size: number, { kafka, logLost = false }: Asked): Promise<void> {
  const verifiers = verifiersIn(keyring, 'log');
  const beside = await sizeBeside(where, verifiers.join('\n'));
  if (beside > size) throw new CliError(`the log in ${where} ends at ${count(size)} events, and the one in ${logDir()} at ${count(beside)}: it is an older copy. Run this with --log ${logDir()}; where that one is damaged, move its file checkpoint away first`);
  if (!kafka || brokersHere() === undefined) {
    if (logLost) throw new CliError('--log-lost needs Kafka: which checkpoint was sent last is to be found there');
    return;
  }
  const sent = await withKafka(({ kafka: client, topics, group }) => newestSent({ kafka: client, topic: topics.checkpoints, group, verifiers }));
  if (logLost) return sent ? giveUpSent(pool, ledger, sent.size) : undefined;
  if (sent && sent.size > size) throw new CliError(`the log in ${where} ends at ${count(size)} events, and a checkpoint of ${count(sent.size)} was sent (consent.checkpoints.v1): it is an older copy. Give the newest with --log; where that is lost for good, --log-lost goes on from this one, and what strangers hold of the log contradicts it from then on`);
}
