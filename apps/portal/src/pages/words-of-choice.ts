import type { Locale } from '#languages';
import type { Choice } from '../choices/view.js';
import { dayIn, fill, textsIn } from '../language/texts.js';

export interface StateWords {
  words: string;
  mood: 'on' | 'off' | 'pending' | 'elsewhere';
}

const GDPR = /^eu-gdpr:A(\d+)-(\d+)-([a-z])$/;

/** A legal basis in plain words with its article; a local one is shown by its code. */
export function basisIn(locale: Locale, basis: string): { words: string; article: string } {
  const { consent, contract, duty, vital, publicTask, interest } = textsIn(locale).basis;
  const match = GDPR.exec(basis);
  if (!match) return { words: '', article: basis };
  const [, article, paragraph, letter = ''] = match;
  const words: Record<string, string> = { a: consent, b: contract, c: duty, d: vital, e: publicTask, f: interest };
  const cited = locale === 'en' ? `GDPR ${article}(${paragraph})(${letter})` : `GDPR ${article}.${paragraph} ${letter}`;
  return { words: words[letter] ?? '', article: cited };
}

const dated = (sentence: string, plain: string, since: string | undefined, locale: Locale): string =>
  since === undefined ? plain : fill(sentence, { day: dayIn(locale, since) });

function ofConsent({ status, allowed, since, validUntil }: Choice, locale: Locale): StateWords {
  const { state } = textsIn(locale);
  if (status === 'requested') return { words: state.requested, mood: 'pending' };
  if (status === 'restricted') return { words: state.restricted, mood: 'off' };
  if (status === 'expired') return { words: state.expired, mood: 'off' };
  if (!allowed) return { words: dated(state.offSince, state.off, since, locale), mood: 'off' };
  const until = validUntil === undefined ? '' : `, ${fill(state.until, { day: dayIn(locale, validUntil) })}`;
  return { words: dated(state.onSince, state.on, since, locale) + until, mood: 'on' };
}

function ofInterest({ status, allowed, since }: Choice, locale: Locale): StateWords {
  const { state } = textsIn(locale);
  if (status === 'objected' && allowed) return { words: state.overridden, mood: 'on' };
  if (status === 'objected') return { words: dated(state.objectedSince, state.objected, since, locale), mood: 'off' };
  if (!allowed) return { words: state.restricted, mood: 'off' };
  return { words: state.active, mood: 'on' };
}

function ofDevices({ status, since }: Choice, locale: Locale): StateWords {
  const { state } = textsIn(locale);
  const saidNo = status === 'refused' || status === 'withdrawn';
  return saidNo && since ? { words: fill(state.deviceOff, { day: dayIn(locale, since) }), mood: 'off' } : { words: state.deviceDefault, mood: 'elsewhere' };
}

/** The state of a choice in one sentence. */
export function stateIn(locale: Locale, choice: Choice): StateWords {
  const { state } = textsIn(locale);
  if (choice.waiting?.of === 'whole') return { words: state.waiting, mood: 'pending' };
  if (choice.group === 'told') return choice.allowed ? { words: state.always, mood: 'on' } : { words: state.restricted, mood: 'off' };
  if (choice.group === 'interest') return ofInterest(choice, locale);
  return choice.group === 'devices' ? ofDevices(choice, locale) : ofConsent(choice, locale);
}

/** Of a "no" to some parts that waits: to which; undefined where there is none. */
export function waitingPartsIn(locale: Locale, { waiting, channels, partners }: Choice): string | undefined {
  if (waiting?.of !== 'parts') return undefined;
  const named = [...channels.map(({ id, title }) => ({ id, title: title.toLocaleLowerCase(locale) })), ...partners];
  const titles = named.filter(({ id }) => waiting.parts.includes(id)).map(({ title }) => title);
  return titles.length === 0 ? undefined : fill(textsIn(locale).state.waitingParts, { parts: titles.join(', ') });
}

/** Whether the switch of a choice stands on. */
export const isOn = ({ allowed, waiting }: Choice): boolean => allowed && waiting?.of !== 'whole';
