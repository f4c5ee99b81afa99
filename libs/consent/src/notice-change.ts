import { unchanged, type Outcome } from './command.js';
import type { Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { endedDraft } from './expire.js';
import { later } from './time.js';
import { stands } from './withdraw.js';

export type NoticeChange = 'editorial' | 'material';

/** The ledger's own word that a version of a notice was published (`notice-published`). */
export interface Publication {
  event: string;
  id: string;
  version: string;
  change: NoticeChange;
  /** The day that the catalogue names for the change. */
  from: string;
  publishedAt: string;
}

/** From when a publication counts: never before it was made. */
export const effectOf = ({ from, publishedAt }: Publication): string => later(from, publishedAt);

/** Versions of the same notice that were published before this one. `publications` in the order in which they were made. */
export function olderVersions(publications: readonly Publication[], one: Publication): Set<string> {
  const at = publications.findIndex(({ event }) => event === one.event);
  const before = publications.slice(0, Math.max(at, 0)).filter(({ id, version }) => id === one.id && version !== one.version);
  return new Set(before.map(({ version }) => version));
}

/** From when no consent stands under this version: the effect of the earliest later material change; undefined where there is none. */
export function supersededFrom(publications: readonly Publication[], { id, version }: { id: string; version: string }): string | undefined {
  const at = publications.findIndex((one) => one.id === id && one.version === version);
  if (at < 0) return undefined;
  const changes = publications.slice(at + 1).filter((one) => one.id === id && one.change === 'material');
  return changes.map(effectOf).sort()[0];
}

/**
 * The stream as it stands at `now`, with the end that a material change has brought to its consent though the withdrawal is not
 * written yet: the same values that it will write. `version` and the last event stay those that are written.
 */
export function underNotices(stream: Stream, publications: readonly Publication[], now: string): Stream {
  const chosen = chosenOf(stream);
  if (!chosen.notice || !stands(chosen)) return stream;
  const end = supersededFrom(publications, chosen.notice);
  if (end === undefined || end > now) return stream;
  const { after } = endedDraft(chosen, { status: 'withdrawn', reason: 'notice-changed', occurredAt: end });
  return { ...stream, ...after, status: 'withdrawn', allowed: false, validUntil: undefined, notice: undefined, chosen: undefined };
}

/**
 * What a material change does to a consent from its effect on: one given under an older version is withdrawn, reason
 * `notice-changed`; one given or renewed under this version or a newer one stays, and so does everything after an editorial
 * change (rule 7). Decided from the stream as it stands, so it happens once.
 */
export function decideNoticeChange(stream: Stream, change: Publication, older: ReadonlySet<string>, now: string): Outcome {
  const { notice } = stream;
  const effect = effectOf(change);
  const concerns = change.change === 'material' && effect <= now && notice?.id === change.id && older.has(notice.version);
  if (!concerns || !stands(stream)) return unchanged;
  return { kind: 'done', drafts: [endedDraft(stream, { status: 'withdrawn', reason: 'notice-changed', occurredAt: effect, causes: [change.event] })] };
}
