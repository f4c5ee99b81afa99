import { hash } from 'node:crypto';
import type { HolderKind, LedgerEvent } from '#contracts';
import { canonicalText } from '#proof';
import type { Entry, Unit } from './call.js';

export const MAX_EVENT_BYTES = 16_384;
const LEAF_PREFIX = Buffer.of(0x00);

/** Where an event comes to stand. */
export interface Position {
  ledger: string;
  event: string;
  person: string;
  kind: HolderKind;
  seq: number;
  version: number;
  prev?: string;
  recordedAt: string;
  request: string;
  ordinal: number;
}

const nameOf = (purpose: Entry['purpose']): string => (typeof purpose === 'string' ? purpose : purpose.id);

/** A member that would hold nothing is left out as a whole. */
function present<T extends object>(members: T | undefined): T | undefined {
  for (const name in members) if (members[name] !== undefined) return members;
  return undefined;
}

/** The event of format 1 that a draft becomes at its position. */
export function eventOf(unit: Unit, entry: Entry, position: Position, commitments: Record<string, string>): LedgerEvent {
  const { draft, purpose } = entry;
  const meaning = typeof purpose === 'string' ? {} : { controller: purpose.controller, basis: purpose.basis, definition: purpose.definition };
  const via = entry.via ?? unit.holder.via;
  return {
    v: 1,
    ...position,
    ...meaning,
    type: draft.type,
    purpose: nameOf(purpose),
    occurredAt: draft.occurredAt,
    decision: draft.decision,
    reason: draft.reason,
    notice: draft.notice,
    capture: present(draft.capture),
    actor: unit.actor,
    via: via?.kind,
    viaId: via?.id,
    causes: draft.causes,
    fact: present(draft.fact),
    after: purpose === '~ledger' ? undefined : present(draft.after),
    evidence: present(commitments),
  };
}

/** The canonical bytes of an event, and its leaf hash: SHA-256(0x00 ‖ bytes), RFC 6962. */
export function bytesOf(event: LedgerEvent): { bytes: Buffer; leaf: Buffer } {
  const bytes = Buffer.from(canonicalText(event), 'utf8');
  if (bytes.length > MAX_EVENT_BYTES) throw new RangeError(`an event of ${bytes.length} bytes is over the limit of ${MAX_EVENT_BYTES}`);
  return { bytes, leaf: Buffer.from(hash('sha256', Buffer.concat([LEAF_PREFIX, bytes]), 'hex'), 'hex') };
}
