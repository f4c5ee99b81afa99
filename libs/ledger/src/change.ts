import type { Actor, Capture, Decision, Reason, ShownNotice } from '#contracts';
import { isProtective, type Command, type PersonState } from '#consent';
import type { EvidenceItems } from '#vault';
import { isInUse, type DefinedPurpose, type KnownNotice } from './catalogue.js';
import type { Holder } from './call.js';

/** One decision of a call, its purpose known. */
export interface Wish {
  purpose: DefinedPurpose;
  decision: Decision;
  channels?: string[];
  partners?: string[];
  /** The request that this grant confirms. */
  confirms?: string;
  /** The version of the stream that what gives was decided on: found at another, it is refused. A "no" is taken at any. */
  ifVersion?: number;
  /** The code of what is against it beforehand; a "no" is taken all the same. */
  refused?: string;
}

/** Whether a decision takes something away from what may be done: a purpose that is only told to people has nothing to take. */
export const protects = ({ decision, purpose }: Wish): boolean => isProtective(decision) && purpose.choice !== 'told';

/** A change of consent, ready to be decided: bodies, keys and tokens are behind it. */
export interface Change {
  request: string;
  people: Holder[];
  device?: Holder;
  /** Somebody of this subject was erased. */
  erased?: boolean;
  wishes: Wish[];
  /** Who decides for people; for the device it may be the device itself. */
  actor: Actor;
  deviceActor?: Actor;
  notice?: ShownNotice & Partial<Pick<KnownNotice, 'purposes' | 'archived' | 'endsAt'>>;
  capture?: Capture;
  evidence: EvidenceItems;
  /** Files that were named as evidence, and are not among it. */
  missing?: string[];
  occurredAt?: string;
  reason?: Reason;
  causes?: string[];
  /** The code of what, in the state of the whole person, is against this change as such. Pure. */
  standsAgainst?: (standing: PersonState) => string | undefined;
  idempotency?: { scope: string; key: string; bodyHash: Buffer };
}

/** What became of one decision for one holder. */
export interface DecisionResult {
  person: string;
  purpose: string;
  status: string;
  allowed: boolean;
  version: number;
  event?: string;
  recordedAt?: string;
  code?: string;
}

export interface ChangeAnswer {
  /** Whether anything was written, be it by an earlier try. */
  written: boolean;
  /** Whether anything of it was written by this try: of several of the same call at most one says so of each person, none where the commit was not heard of. */
  anew?: boolean;
  /** Whether something was taken away that was allowed, or had been given. */
  took?: boolean;
  person: string;
  decisions: DecisionResult[];
  /** Of what was recorded about purposes; none where nothing was. */
  receipt?: string;
  /** Files that were named as evidence, and are not: they were not there, or too large. */
  missing?: string[];
}

/** The notice counts for a purpose only when its text names the purpose; for what gives, only while it is in use. */
function noticeFor({ notice }: Change, { purpose, decision }: Wish, recordedAt: string): ShownNotice | undefined {
  if (!notice || (notice.purposes && !notice.purposes.has(purpose.id))) return undefined;
  if (!isProtective(decision) && !isInUse(notice, recordedAt)) return undefined;
  return { id: notice.id, version: notice.version, locale: notice.locale, sha256: notice.sha256 };
}

/** Who acts on this holder. */
export const actorOn = (change: Change, holder: Holder): Actor =>
  holder.kind === 'device' ? (change.deviceActor ?? change.actor) : change.actor;

/** The command that a wish is for one holder at one moment. */
export function commandOf(change: Change, wish: Wish, holder: Holder, recordedAt: string): Command {
  const { capture, occurredAt, reason, causes } = change;
  const device = holder.kind === 'person' ? change.device?.person : undefined;
  const actor = actorOn(change, holder);
  const { decision, channels, partners, confirms } = wish;
  const notice = noticeFor(change, wish, recordedAt);
  const why = isProtective(decision) || reason === 'import' ? reason : undefined;
  const asksFirst = change.erased && holder.kind === 'person' ? true : undefined;
  return { decision, holder: holder.kind, actor, recordedAt, occurredAt, channels, partners, notice, capture, reason: why, causes, device, confirms, asksFirst };
}
