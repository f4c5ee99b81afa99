import type { LedgerEvent, ShownNotice } from '#contracts';
import { escapeHtml as e } from '#html';
import type { Locale } from '#languages';
import { noticeKey, type CatalogueInForce } from '#ledger';
import { dayIn, languageIn, momentIn } from '../links/times.js';
import type { Held, OpenedEvidence } from './export.js';
import { heldWords } from './held-words.js';
import type { HeldWords } from './language/wording.js';

type Named = Record<string, Record<string, { title?: string; summary?: string } | undefined> | undefined>;

export type Texts = Partial<Record<'purposes' | 'rights' | 'recipients' | 'channels' | 'topics' | 'frequencies', Named>>;

/** In what a page is written: its words, and those of the catalogue. */
export interface Tongue {
  locale: Locale;
  words: HeldWords;
  texts: Texts;
  notices: CatalogueInForce['notices'];
}

export function tongueOf(locale: Locale, { document, notices }: CatalogueInForce): Tongue {
  return { locale, words: heldWords[locale], texts: (document as { texts?: Texts }).texts ?? {}, notices };
}

export const titleIn = ({ texts, locale }: Tongue, kind: keyof Texts, id: string): string => texts[kind]?.[id]?.[locale]?.title ?? id;
export const titlesIn = (tongue: Tongue, kind: keyof Texts, ids: readonly string[]): string => ids.map((id) => titleIn(tongue, kind, id)).join(', ');
export const day = ({ locale }: Tongue, sentence: string, time: string): string => sentence.replace('{day}', dayIn(locale, time));
export const moment = ({ locale }: Tongue, text: string | undefined): string => (text === undefined ? '' : `<time datetime="${e(text)}">${e(momentIn(locale, text))}</time>`);

export const purposeOf = (tongue: Tongue, { purpose }: Pick<LedgerEvent, 'purpose'>): string => (purpose.startsWith('~') ? tongue.words.whole : titleIn(tongue, 'purposes', purpose));

/** A text by the title under which it was shown, in its own language. */
export function shownText({ notices }: Tongue, { id, version, locale }: Pick<ShownNotice, 'id' | 'version' | 'locale'>): string {
  const title = notices.get(noticeKey(id, version, locale))?.title;
  const name = `${id} ${version}, ${locale}`;
  return title === undefined ? e(name) : `<span lang="${e(locale)}">${e(title)}</span> (${e(name)})`;
}

type Choice = Pick<Held['consents'][number], 'channels' | 'preferences'>;

/** Channels, wishes and a pause of one purpose, a line each; what nobody can choose or wished for is left out. */
export function wishesOf(tongue: Tongue, { channels = [], preferences = {} }: Choice): string[] {
  const { words, locale } = tongue;
  const { topics = [], frequency, language, pausedUntil } = preferences;
  const line = (label: string, value: string | undefined): string[] => (value === undefined ? [] : [`${label}: ${value}`]);
  return [
    ...line(words.channels, channels.length > 0 ? titlesIn(tongue, 'channels', channels) : undefined),
    ...line(words.topics, topics.length > 0 ? titlesIn(tongue, 'topics', topics) : undefined),
    ...line(words.frequency, frequency && titleIn(tongue, 'frequencies', frequency)),
    ...line(words.language, language && languageIn(locale, language)),
    ...(pausedUntil === undefined ? [] : [day(tongue, words.paused, pausedUntil)]),
  ];
}

/** The right of an event, by the name that the catalogue has for it. */
const rightOf = (tongue: Tongue, right: string): string => titleIn(tongue, 'rights', right === 'complaint' ? 'complain-to-company' : right);

export function happened(tongue: Tongue, { type, fact }: LedgerEvent): string {
  const { words } = tongue;
  const { right } = (fact ?? {}) as { right?: string };
  const sentence = { 'right-requested': words.asked, 'right-closed': words.answered }[type as string];
  return sentence === undefined || right === undefined ? (words.types[type] ?? type) : sentence.replace('{right}', () => rightOf(tongue, right));
}

/** Whose key the portal writes by: what is pressed there its person has decided. */
const PORTAL = 'portal';
export const who = ({ words }: Tongue, { actor }: LedgerEvent): string => (actor.kind === 'system' && actor.id === PORTAL ? words.portal : (words.actors[actor.kind] ?? actor.kind));

/** Nobody's account stands on the page: of an operator only what he is. */
export const readerOf = ({ words }: Tongue, reader: string): string => (reader.startsWith('cli:') ? (words.actors.operator ?? '') : (words.readers[reader] ?? reader));

export function readingOf({ words }: Tongue, what: string): string {
  const known = Object.keys(words.readings).filter((name) => what === name || what.startsWith(`${name} `)).sort((one, other) => other.length - one.length)[0];
  return known === undefined ? what : (words.readings[known] ?? what);
}

/** Why it was read; what a system of ours gives for every reading says no more than who it is. */
export const whyOf = ({ words }: Tongue, reason: string): string => (/^the system \w+$/.test(reason) ? words.system : reason);

/** The claims of a token, unproved: it says itself which text it is about. */
function claimsOf(token: string): Partial<ShownNotice> {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Partial<ShownNotice>;
  } catch {
    return {};
  }
}

interface Kept {
  snapshot?: string;
  notice?: { id: string; version: string; locale: string };
  context?: string;
}

/** What was kept of a text beyond its name in the event, in words; the token that shows it stays in the file for machines. */
function textOf(tongue: Tongue, value: string): string {
  const { words } = tongue;
  let kept: Kept;
  try {
    kept = JSON.parse(value) as Kept;
  } catch {
    return e(value);
  }
  const shown = kept.snapshot === undefined ? undefined : claimsOf(kept.snapshot);
  const lines = [
    ...(shown?.id !== undefined ? [e(words.shownText).replace('{text}', () => shownText(tongue, { id: shown.id ?? '', version: shown.version ?? '', locale: shown.locale ?? '' }))] : []),
    ...(kept.notice ? [e(words.named).replace('{text}', () => e(Object.values(kept.notice ?? {}).join(' ')))] : []),
    ...(kept.context === undefined ? [] : [e(words.named).replace('{text}', () => e(kept.context ?? ''))]),
  ];
  return lines.join('<br>');
}

export function valueOf(tongue: Tongue, { kind, value, bytes }: OpenedEvidence): string {
  if (value === undefined) return e(tongue.words.bytes.replace('{n}', bytes.toLocaleString(tongue.locale)));
  if (kind === 'text') return textOf(tongue, value);
  return e(kind === 'gpc' && /^(1|true)$/.test(value) ? tongue.words.on : value);
}
