import { createRequire } from 'node:module';

/** What is needed of kafkajs's queue of one connection. */
interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests(this: RequestQueue): void;
}

const FILE = 'kafkajs/src/network/requestQueue';

let looked = false;

function queueOfKafkajs(): { prototype: RequestQueue } | undefined {
  try {
    return createRequire(import.meta.url)(FILE) as { prototype: RequestQueue };
  } catch {
    // Another version that keeps it elsewhere: it is taken as it is.
    return undefined;
  }
}

/**
 * Lets a connection sleep while no request waits for it. kafkajs 2.2.4 plans another look at its queue after each look, also at an empty one, and
 * without throttling after a negative time, which is a millisecond to Node: each process with a connection wakes up a thousand times a second for
 * as long as it runs (tulios/kafkajs#1556, #1704). What comes to wait plans its own look, as does each answer. Once for a process; changes nothing else.
 */
export function letConnectionsSleep(): void {
  if (looked) return;
  looked = true;
  const queue = queueOfKafkajs()?.prototype;
  const plan = queue?.scheduleCheckPendingRequests;
  if (!queue || !plan) return;
  queue.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) plan.call(this);
  };
}
