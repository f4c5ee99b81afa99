import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import { Cursor, pendingRefills, REFILLABLE, requestRefill, type Refillable } from '#outbox';
import { connected, type Connection } from '../connect.js';
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

async function refill(topic: Refillable, { wait }: { wait: boolean }): Promise<void> {
  await connected(async (connection) => {
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
    .option('--no-wait', 'do not wait until it is done')
    .action(refill);
}
