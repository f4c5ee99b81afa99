import { correlationOf, Frames, readRequest, type KafkaRequest } from './kafka-frames.js';
import { createProxy, type Filter, type Proxy } from './proxy.js';
import type { Way } from './way.js';

/** What becomes of a frame; `hold` keeps it and all behind it on its connection, until `mend`. */
export type Fate = 'pass' | 'swallow' | 'hold';

export interface KafkaRules {
  /** A request, and its bytes. */
  request?: (request: KafkaRequest, frame: Buffer) => Fate;
  /** A reply, with the request that it answers. */
  reply?: (request: KafkaRequest) => Fate;
}

/** A proxy that knows which frame of Kafka's protocol answers which. The broker's advertised listener must lead to it. */
export interface KafkaProxy extends Proxy {
  /** Sets the rules in force from now on; none: every frame passes. */
  rules(rules: KafkaRules): void;
}

function filterBy(rules: () => KafkaRules): Filter {
  const [up, down] = [new Frames(), new Frames()];
  const asked = new Map<number, KafkaRequest>();
  const settle = (fate: Fate, frame: Buffer, way: Way): void => {
    if (fate === 'hold') way.hold();
    if (fate !== 'swallow') way.send(frame);
  };
  return {
    up(chunk, way) {
      for (const frame of up.take(chunk)) {
        const request = readRequest(frame);
        asked.set(request.correlation, request);
        settle(rules().request?.(request, frame) ?? 'pass', frame, way);
      }
    },
    down(chunk, way) {
      for (const frame of down.take(chunk)) {
        const request = asked.get(correlationOf(frame));
        asked.delete(correlationOf(frame));
        settle((request && rules().reply?.(request)) ?? 'pass', frame, way);
      }
    },
  };
}

/** Stands before a broker. */
export async function createKafkaProxy(target: () => number): Promise<KafkaProxy> {
  let current: KafkaRules = {};
  const proxy = await createProxy({ target, filter: () => filterBy(() => current) });
  return { ...proxy, rules: (rules) => (current = rules) };
}
