import type { Actor, Capture, Decision, HolderKind, Reason, ShownNotice } from '#contracts';
import type { Draft } from './consent.js';

/** One decision about one stream, with everything it is decided from: no clock, no look-up behind it. */
export interface Command {
  decision: Decision;
  holder: HolderKind;
  actor: Actor;
  recordedAt: string;
  /** A claim; without one the decision was taken when it was recorded. */
  occurredAt?: string;
  channels?: string[];
  partners?: string[];
  /** The notice that was shown, found in the catalogue and naming this purpose; absent where there is none. */
  notice?: ShownNotice;
  capture?: Capture;
  /** Why a consent ends, where it is not the person's plain word. */
  reason?: Reason;
  /** Events that led to this decision, where it follows from others. */
  causes?: string[];
  /** The device on which a person's consent is asked for: linked to the person once the request is confirmed. */
  device?: string;
  /** The request that this grant confirms. */
  confirms?: string;
  /** What others say is his grant asks him first, whatever the purpose: he was erased (rule 17), or something holds over all of his purposes. */
  asksFirst?: true;
}

/** A command whose time is settled: claimed and found plausible, or clamped. */
export type TimedCommand = Command & { occurredAt: string };

/** Why a decision was not taken. Stable: other programs read these codes. */
export type RefusalCode =
  | 'not_switchable'
  | 'decision_not_possible'
  | 'wrong_holder'
  | 'purpose_not_active'
  | 'notice_unknown'
  | 'channel_unknown'
  | 'partners_required'
  | 'partner_unknown'
  | 'occurred_in_future'
  | 'request_closed'
  | 'channel_not_consented'
  | 'override_not_possible'
  | 'override_in_past'
  | 'no_objection'
  | 'person_erased'
  | 'person_unverified'
  | 'person_merged';

export type Outcome =
  | { kind: 'done'; drafts: Draft[]; late?: true }
  | { kind: 'unchanged' }
  | { kind: 'refused'; code: RefusalCode };

export const refused = (code: RefusalCode): Outcome => ({ kind: 'refused', code });
export const unchanged: Outcome = { kind: 'unchanged' };

/** Decisions that take permission away; nothing but a malformed call blocks them (GDPR 7(3), 21). */
export const isProtective = (decision: Decision): boolean =>
  decision === 'refuse' || decision === 'withdraw' || decision === 'object';
