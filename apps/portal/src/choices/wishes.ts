import type { Locale } from '#languages';
import type { ConsentState, Offer, Purpose, WholePerson } from '../ledger/ledger-types.js';
import type { Above, Part, Wishes } from './view.js';

/** What was decided, whatever stands above it. */
export const chosenOf = (state: ConsentState): ConsentState => (state.chosen ? { ...state, ...state.chosen, preferences: state.chosen.preferences } : state);

const isYes = ({ choice }: Purpose, status: string): boolean => status === 'given' || status === 'renewed' || status === 'restricted' || (choice !== 'grant-withdraw' && status === 'unknown');

/**
 * What Kafka tells of a state is what may be done. Where that is nothing, though nobody said "no" and no end has come, something stands above what was
 * decided: it was not taken back, and can be.
 */
export function heldDown(purpose: Purpose, state: ConsentState, now: string): ConsentState {
  const { status, allowed, validUntil, chosen } = state;
  if (chosen || allowed || !isYes(purpose, status) || (validUntil !== undefined && validUntil <= now)) return state;
  return { ...state, chosen: { status: status === 'restricted' ? 'given' : status, allowed: true } };
}

const partsOf = (offers: readonly Offer[], on: readonly string[], locale: Locale): Part[] =>
  offers.map(({ id, texts }) => ({ id, title: texts?.[locale]?.title ?? id, on: on.includes(id) }));

const isPausable = ({ choice, channels, directMarketing }: Purpose): boolean => choice !== 'told' && (channels !== undefined || directMarketing === true);

/** Channels are offered where there is something to choose: of several, or of those that are left when the last one that was wanted is gone. */
const usedOf = ({ channels = [] }: ConsentState, preferred: readonly string[] | undefined, titleOf: (channel: string) => string): Part[] =>
  channels.length > 1 || preferred?.length === 0 ? channels.map((id) => ({ id, title: titleOf(id), on: preferred?.includes(id) ?? true })) : [];

const NOTHING = { topics: [], frequencies: [] };

/** Whether anything can be wished at all: of something that is on, and not on each device for itself. */
const isOffered = ({ topics, frequencies, channels, pausable }: Wishes): boolean => topics.length + frequencies.length + channels.length > 0 || pausable;

/** The wishes of a purpose that is on; what was never said yes to has none. */
export function wishesOf(purpose: Purpose, state: ConsentState, { locale, titleOf }: { locale: Locale; titleOf: (channel: string) => string }): Wishes | undefined {
  const chosen = chosenOf(state);
  if (!chosen.allowed || purpose.holder === 'device') return undefined;
  const { topics = [], frequency = '', language, pausedUntil } = chosen.preferences ?? {};
  const offered = purpose.preferences ?? NOTHING;
  const wishes: Wishes = {
    topics: partsOf(offered.topics, topics, locale),
    frequencies: partsOf(offered.frequencies, [frequency], locale),
    languages: offered !== NOTHING,
    language,
    channels: usedOf(chosen, state.chosen?.preferred, titleOf),
    pausable: isPausable(purpose),
    pausedUntil,
  };
  return isOffered(wishes) ? wishes : undefined;
}

/** Whether none of the channels that he said yes to is one that he uses. */
const isUnused = ({ channels = [], preferred }: NonNullable<ConsentState['chosen']>): boolean => preferred !== undefined && !channels.some((channel) => preferred.includes(channel));

/** Why nothing is allowed of what was chosen: what has no end is named before a pause, which ends by itself. */
function stopOf(purpose: Purpose, chosen: NonNullable<ConsentState['chosen']>, pausedUntil: string | undefined, whole: WholePerson | undefined): Above {
  if (whole?.suppressed && isPausable(purpose)) return { kind: 'silenced' };
  if (isUnused(chosen)) return { kind: 'unused' };
  if (pausedUntil !== undefined) return { kind: 'paused', until: pausedUntil };
  return { kind: whole ? 'silenced' : 'held' };
}

/** What holds a choice down, the strongest first. `whole` is what stands above every choice, where that is known. */
export function aboveOf(purpose: Purpose, { status, allowed, channels = [], preferences, chosen }: ConsentState, whole: WholePerson | undefined, titleOf: (channel: string) => string): Above | undefined {
  if (!chosen?.allowed) return undefined;
  if (status === 'restricted') return { kind: 'restricted' };
  if (!allowed) return stopOf(purpose, chosen, preferences?.pausedUntil, whole);
  return channels.length < (chosen.channels ?? []).length ? { kind: 'narrowed', channels: channels.map(titleOf) } : undefined;
}
