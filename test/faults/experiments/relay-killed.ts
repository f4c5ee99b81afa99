import { PRODUCE, until, type KafkaRequest, type KafkaRules } from '#testing';
import { experiment, type Experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const byRelay = ({ api, client, topic }: KafkaRequest): boolean => api === PRODUCE && client === 'samtycke-relay' && topic?.endsWith('consent.events.v1') === true;

/** Rules that let something happen once, at a page of events of the relay, and keep its frame from then on. */
function atPage(side: keyof KafkaRules, happen: () => void): KafkaRules {
  let done = false;
  return {
    [side]: (request: KafkaRequest) => {
      if (done || !byRelay(request)) return 'pass';
      done = true;
      happen();
      return 'hold';
    },
  };
}

/** Kill -9 of the relay at a page of events: before Kafka has it (`request`), or when Kafka has acknowledged it and the relay does not know. */
export async function killAt(world: World, side: keyof KafkaRules): Promise<void> {
  const relay = world.program('relay');
  let killed = false;
  world.kafkaWay.rules(atPage(side, () => (killed = relay.signal('SIGKILL'))));
  await until(() => killed, { timeoutMs: 30_000, what: 'the relay to send a page' });
  await relay.gone();
  world.kafkaWay.rules({});
  world.kafkaWay.mend();
  await relay.start();
}

const kills = (name: string, title: string, side: keyof KafkaRules): Experiment =>
  experiment({
    name,
    title,
    short: { kills: 3 },
    whole: { kills: 30 },
    async run(world, sizes) {
      const load = await world.load({ next: await ownPeople(world), perSecond: 400 }, async (running) => {
        for (let kill = 0; kill < sizes.kills; kill += 1) {
          await running.more(100);
          await killAt(world, side);
        }
        await running.more(100);
      });
      return `${sizes.kills} kills at ${load.perSecond} changes a second`;
    },
  });

export const relayBetweenSequencingAndSending = kills('relay-between-sequencing-and-sending', 'kill -9 of the relay when a page has its indices and has not reached Kafka', 'request');
export const relayBetweenAckAndCursor = kills('relay-between-ack-and-cursor', 'kill -9 of the relay when Kafka has a page and the cursor does not say so: the page comes again, in order', 'reply');
