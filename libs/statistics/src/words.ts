/**
 * What is counted of a text. `shown`: it was put before somebody and asked; each showing counts, not each visitor. The others are
 * answers, one for each call: `accepted` (yes to all that was asked), `chosen` (yes to some), `refused` (no to all, or a
 * "no" where nothing was to be taken away), `requested` (a double opt-in was begun), `withdrawn` (something given or allowed was taken away).
 * `confirmed` says of how many `accepted` a begun double opt-in was confirmed: the others needed none.
 */
export const ANSWERS = ['shown', 'requested', 'accepted', 'chosen', 'refused', 'withdrawn', 'confirmed'] as const;
export type AnswerKind = (typeof ANSWERS)[number];

/** What is counted of links: `opened` by GET or HEAD, which changes nothing; `pressed` on the page; `one-click` by a mail program; `undone`. */
export const LINK_ACTS = ['opened', 'pressed', 'one-click', 'undone'] as const;
export type LinkAct = (typeof LINK_ACTS)[number];

/** The collection of one answer; nothing in it is of the person. Empty texts where a "no" named no notice. */
export interface Collected {
  /** Owner of the key, or `~mail`. */
  source: string;
  point: string;
  notice: string;
  version: string;
  locale: string;
}

/** Where answers count that come by a link in a mail. */
const MAIL = '~mail';
/** A "no" that names no text. */
const NO_TEXT = { id: '', version: '', locale: '' };

/** By whom, where and to which text an answer was given. */
export interface Given {
  actor: { kind: string; id: string };
  notice?: { id: string; version: string; locale: string };
  capture?: { point?: string };
  /** Instead of what the actor says. */
  source?: string;
}

export function collectedOf({ actor, notice = NO_TEXT, capture, source = actor.kind === 'person' ? MAIL : actor.id }: Given): Collected {
  const { id, version, locale } = notice;
  return { source, point: capture?.point ?? '', notice: id, version, locale };
}
