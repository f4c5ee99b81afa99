import { InvalidArgumentError, type Command } from 'commander';
import { uuidv7 } from '#ledger';
import { listSystems, SYSTEM_ID } from '#propagation';
import { connected } from '../connect.js';
import { CliError, topicPrefix } from '../installation.js';
import { instant } from '../instant.js';
import { withKafka } from '../kafka/cluster.js';
import { sendReplay } from '../kafka/send-replay.js';
import { progressLine } from '../progress.js';

interface Options {
  topic?: string;
  from?: string;
  to?: string;
  rate?: number;
  fromIndex?: number;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number');
  return value;
}

function rate(text: string): number {
  const value = count(text);
  if (value === 0) throw new InvalidArgumentError('at least one a second');
  return value;
}

async function replayTo(system: string, { topic = `${topicPrefix()}consent.replay.${system}`, ...options }: Options): Promise<void> {
  if (!SYSTEM_ID.test(system)) throw new CliError(`${system} is no id of a system: small letters, digits and hyphens`);
  const id = uuidv7();
  const line = progressLine(1);
  const show = (index: number, end: number, sent: number): void => line.show(sent, index / end, `index ${index.toLocaleString('en')} of ${end.toLocaleString('en')}`);
  try {
    const sent = await withKafka(({ kafka, prefix, replicas }) =>
      connected(async ({ pool, ledger, keyring: { origin } }) => {
        if (!(await listSystems(pool, ledger)).some((one) => one.id === system)) console.error(`${system} is registered nowhere yet (\`samtycke systems add ${system} …\`); what it is sent goes to ${topic}.`);
        return sendReplay(kafka, pool, ledger, { ...options, topic, prefix, replicas, origin, id, show });
      }),
    );
    console.log(`${sent.toLocaleString('en')} events were sent to ${topic}, each with the header replay: ${id}.\nDelete the topic once ${system} has read it: one that this command made keeps them until then.`);
  } catch (error) {
    const { index } = error as { index?: number };
    if (index === undefined) throw error;
    throw new CliError(`${(error as Error).message}; it goes on with --topic ${topic} --from-index ${index}`);
  } finally {
    line.end();
  }
}

export function systemsReplayCommand(systems: Command): void {
  systems
    .command('replay')
    .argument('<id>', 'the system that begins')
    .description("send the history, or a stretch of it, to a topic of the system's own, marked by the header replay; nobody else is touched. The topic keeps it until you delete it")
    .option('--topic <name>', 'where to; without it consent.replay.<id>')
    .option('--from <time>', 'only what was recorded from then on (RFC 3339)', instant)
    .option('--to <time>', 'only what was recorded before (RFC 3339)', instant)
    .option('--rate <n>', 'events a second at most', rate)
    .option('--from-index <n>', 'begin at this index of the log: goes on after an error', count)
    .action(replayTo);
}
