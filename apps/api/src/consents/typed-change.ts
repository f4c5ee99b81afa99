import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { isProtective } from '#consent';
import { holdWithdrawal, type HeldOptions } from '#held';
import { nowMicros, timeText, type First, type Wish } from '#ledger';
import type { EvidenceItems } from '#vault';
import { FirstAnswers } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { Metrics } from '../system/metrics.js';
import { ChangeConsent, type ChangeRequest } from './change-consent.js';
import { Rates, type RateKind } from './rates.js';

/** Where withdrawals are kept that are not acted on yet. */
export class HeldTables {
  constructor(readonly options: HeldOptions) {}
}

interface Parts {
  /** A "no" of the device itself to its own purposes: its token vouches for it, so no limit counts. */
  own: Wish[];
  /** What the device itself says yes to: many share a source, so its limit is wide. */
  choices: Wish[];
  withdrawals: Wish[];
  grants: Wish[];
}

function partsOf({ subject, wishes }: ChangeRequest): Parts {
  const isOwn = (wish: Wish): boolean => wish.purpose.holder === 'device' && subject?.device !== undefined;
  const typed = wishes.filter((wish) => !isOwn(wish));
  return {
    own: wishes.filter((wish) => isOwn(wish) && isProtective(wish.decision)),
    choices: wishes.filter((wish) => isOwn(wish) && !isProtective(wish.decision)),
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
    private readonly firsts: FirstAnswers,
    private readonly rates: Rates,
    private readonly held: HeldTables,
    private readonly metrics: Metrics,
  ) {}

  async take(change: ChangeRequest, network: string): Promise<void> {
    if (await this.firsts.stands(change.idempotency)) return this.run(change);
    const parts = partsOf(change);
    const kinds = (['withdrawals', 'grants', 'choices'] as const).filter((kind) => parts[kind].length > 0);
    const over = await this.rates.count({ key: change.actor.key ?? '', network }, kinds);
    this.refuseGrants(parts, over);
    const held = over.withdrawals === undefined ? [] : parts.withdrawals;
    const refused = [...(over.grants === undefined ? [] : parts.grants), ...(over.choices === undefined ? [] : parts.choices)];
    const wishes = change.wishes.filter((wish) => !held.includes(wish) && !refused.includes(wish));
    // What is left and refused beforehand keeps no answer: the hold does.
    if (held.length > 0 && wishes.every((wish) => wish.refused !== undefined)) return this.holdAll(change, held);
    if (held.length > 0) await this.hold(change, held);
    await this.run({ ...change, wishes });
  }

  /** What is held as a whole keeps its answer with it. */
  private async holdAll(change: ChangeRequest, wishes: Wish[]): Promise<void> {
    const { idempotency } = change;
    await this.firsts.once(idempotency, async () => {
      await this.hold(change, wishes, idempotency && { ...idempotency, answer: { accepted: true } });
      return { accepted: true };
    });
  }

  private refuseGrants(parts: Parts, over: Partial<Record<RateKind, number>>): void {
    const seconds = Math.max(over.grants ?? 0, over.choices ?? 0);
    if (seconds === 0) return;
    this.metrics.tooMany();
    const left = (over.grants === undefined && parts.grants.length > 0) || (over.choices === undefined && parts.choices.length > 0);
    if (left || parts.withdrawals.length > 0 || parts.own.length > 0) return;
    throw new ProblemError(429, 'too_many_requests', 'too many sign-ups from one network and site within an hour', {}, seconds);
  }

  private async hold(change: ChangeRequest, wishes: Wish[], first?: First): Promise<void> {
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
    }, first);
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
