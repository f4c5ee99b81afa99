import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import { Cursor, lostFrom, pendingRefills, REFILLABLE, requestRefill, type Refillable } from '#outbox';
import { connected, type Connection } from '../connect.js';
import { CliError } from '../installation.js';
import { progressLine } from '../progress.js';

const LOOK_MS = 500;

/** Tells how far the relay is until it is done. A refill that nobody works on stands still, and it says so. */
async function watch({ pool, ledger }: Connection, topic: Refillable): Promise<void> {
  const line = progressLine(1);
  const end = Math.max(1, await new Cursor(pool, ledger, 'publisher', { role: 'relay', fencing: '0' }).read());
  let refill = (await pendingRefills(pool, ledger)).find((one) => one.topic === topic);
  while (refill) {
    line.show(refill.next, refill.next / end, refill.next === 0 ? 'the relay has yet to begin (does it run?)' : `of ${end.toLocaleString('en')}`);
    await sleep(LOOK_MS);
    refill = (await pendingRefills(pool, ledger)).find((one) => one.topic === topic);
  }
  line.end();
}

/** What the ledger lost is found in the topic alone, and there no longer once it is filled anew. */
async function demandSettled({ pool, ledger }: Connection): Promise<void> {
  if ((await lostFrom(pool, ledger)) === undefined) return;
  throw new CliError('systems were told of changes that this database does not hold, and they are found no longer once the topic is filled again: settle them by `samtycke recover` first; where the topic was deleted, and they with it, say --anyway');
}

async function refill(topic: Refillable, { wait, anyway }: { wait: boolean; anyway?: boolean }): Promise<void> {
  await connected(async (connection) => {
    if (topic === 'events' && !anyway) await demandSettled(connection);
    await requestRefill(connection.pool, connection.ledger, topic);
    if (!wait) return console.log(`The relay fills the topic of ${topic} again, from index 0.`);
    await watch(connection, topic);
    console.log(`The topic of ${topic} holds everything again, in order.`);
  });
}

export function topicsCommand(program: Command): void {
  const topics = program.command('topics').description("the ledger's topics on Kafka");
  topics
    .command('refill')
    .addArgument(new Argument('<topic>', 'which one; acknowledgements and dead letters are the systems’ own').choices(REFILLABLE))
    .description('have the relay send everything of a topic again from index 0: after it was deleted. New changes wait until it is done; systems bear the repeats')
    .option('--anyway', 'also where changes that were sent and lost have yet to be settled')
    .option('--no-wait', 'do not wait until it is done')
    .action(refill);
}
