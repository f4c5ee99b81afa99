import { decide, emptyStream } from '#consent';
import { isInUse, protects, refusalOf, timeText, nowMicros, Refusal } from '#ledger';
import type { ChangeRequest } from './change-consent.js';

const STEP_MS = 50;

const noticeInUse = ({ notice }: ChangeRequest, now: string): ChangeRequest['notice'] => (notice && isInUse(notice, now) ? notice : undefined);

/** What holds whoever is meant: refused before anybody is looked up, so that the refusal tells nothing about anybody. Beside a "no" it only carries its code. */
export function refuseImpossible(change: ChangeRequest): void {
  const recordedAt = timeText(nowMicros());
  if (change.wishes.some(protects)) return;
  const inUse = noticeInUse(change, recordedAt);
  for (const wish of change.wishes) {
    const { purpose, decision, channels, partners } = wish;
    const device = purpose.holder === 'device' && change.deviceActor !== undefined;
    const notice = inUse?.purposes.has(purpose.id) ? inUse : undefined;
    const command = { decision, channels, partners, recordedAt, notice, occurredAt: change.occurredAt, actor: (device && change.deviceActor) || change.actor, holder: device ? 'device' : 'person' } as const;
    const outcome = decide(command, emptyStream(purpose), purpose);
    if (outcome.kind === 'refused') throw refusalOf(outcome.code, wish);
  }
}

/**
 * Waits for the work and then for the next full step of 50 ms since `started`: known, unknown and erased people take the
 * same time. What is refused for this one person stays inside. Everything else is told: nobody takes a "no" for accepted that
 * was not written.
 */
export async function inEqualTime(work: Promise<unknown>): Promise<void> {
  const started = performance.now();
  let told: unknown;
  await work.catch((error: unknown) => {
    if (!(error instanceof Refusal)) told = error;
  });
  const spent = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, Math.ceil(spent / STEP_MS) * STEP_MS - spent));
  if (told) throw told;
}
