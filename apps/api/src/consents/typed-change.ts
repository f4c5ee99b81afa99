import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { isProtective } from '#consent';
import { holdWithdrawal, type HeldOptions } from '#held';
import { nowMicros, Reader, timeText, type Wish } from '#ledger';
import type { EvidenceItems } from '#vault';
import { ProblemError } from '../http/problem.js';
import { Metrics } from '../system/metrics.js';
import { ChangeConsent, type ChangeRequest } from './change-consent.js';
import { Rates, type RateKind } from './rates.js';

/** Where withdrawals are kept that are not acted on yet. */
export class HeldTables {
  constructor(readonly options: HeldOptions) {}
}

interface Parts {
  /** What the device itself decides about its own purposes: its token vouches for it, so no limit counts. */
  own: Wish[];
  withdrawals: Wish[];
  grants: Wish[];
}

function partsOf({ subject, wishes }: ChangeRequest): Parts {
  const isOwn = (wish: Wish): boolean => wish.purpose.holder === 'device' && subject?.device !== undefined;
  const typed = wishes.filter((wish) => !isOwn(wish));
  return {
    own: wishes.filter(isOwn),
    withdrawals: typed.filter((wish) => isProtective(wish.decision)),
    grants: typed.filter((wish) => !isProtective(wish.decision)),
  };
}

/**
 * Changes that a website sends for an address that somebody typed (rules 2 and 28). A withdrawal acts at once; above the
 * limit of its source it is held, durably and never refused. Grants and requests above theirs are 429, or, beside a
 * withdrawal, left out: nothing blocks a withdrawal. What is counted is the source, never whom it names.
 */
@Injectable()
export class TypedChanges {
  constructor(
    private readonly bus: CommandBus,
    private readonly reader: Reader,
    private readonly rates: Rates,
    private readonly held: HeldTables,
    private readonly metrics: Metrics,
  ) {}

  async take(change: ChangeRequest, network: string): Promise<void> {
    if (await this.isAnswered(change)) return this.run(change);
    const parts = partsOf(change);
    const kinds = (['withdrawals', 'grants'] as const).filter((kind) => parts[kind].length > 0);
    const over = await this.rates.count({ key: change.actor.key ?? '', network }, kinds);
    this.refuseGrants(parts, over);
    const held = over.withdrawals === undefined ? [] : parts.withdrawals;
    if (held.length > 0) await this.hold(change, held);
    const refused = over.grants === undefined ? [] : parts.grants;
    const wishes = change.wishes.filter((wish) => !held.includes(wish) && !refused.includes(wish));
    if (wishes.length > 0) await this.run({ ...change, wishes });
  }

  /** A retry of what was answered is that answer, and counts for nothing. */
  private async isAnswered({ idempotency }: ChangeRequest): Promise<boolean> {
    return idempotency !== undefined && (await this.reader.answers.load(idempotency)) !== undefined;
  }

  private refuseGrants(parts: Parts, over: Partial<Record<RateKind, number>>): void {
    if (over.grants === undefined) return;
    this.metrics.tooMany();
    if (parts.withdrawals.length > 0 || parts.own.length > 0) return;
    throw new ProblemError(429, 'too_many_requests', 'too many sign-ups from one network and site within an hour', {}, over.grants);
  }

  private async hold(change: ChangeRequest, wishes: Wish[]): Promise<void> {
    const { subject = { identifiers: [] }, actor, notice, capture } = change;
    const now = timeText(nowMicros());
    const fresh = await holdWithdrawal(this.held.options, {
      subject: { ...subject, device: undefined },
      wishes: wishes.map(({ purpose, decision, channels, partners }) => ({ purpose: purpose.id, decision, ...(channels && { channels }), ...(partners && { partners }) })),
      actor,
      notice: notice && { id: notice.id, version: notice.version, locale: notice.locale },
      capture,
      evidence: textsOf(change.evidence),
      occurredAt: earlier(change.occurredAt ?? now, now),
    });
    if (fresh) this.metrics.held();
  }

  private async run(change: ChangeRequest): Promise<void> {
    await this.bus.execute(new ChangeConsent(change));
  }
}

const earlier = (one: string, other: string): string => (one < other ? one : other);

/** A website brings texts alone. */
const textsOf = (evidence: EvidenceItems): Record<string, string> =>
  Object.fromEntries(Object.entries(evidence).filter((one): one is [string, string] => typeof one[1] === 'string'));
