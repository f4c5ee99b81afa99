import { isNewer, type Place } from './order.js';

/** What a consumer holds of one purpose of one person. Times in milliseconds since 1970. */
export interface HeldState extends Place {
  parkedVersion: number;
  allowed: boolean;
  channels?: readonly string[];
  validUntil?: number;
}

/** What a consumer holds of a whole person. */
export interface HeldPerson extends Place {
  parkedVersion: number;
  erased: boolean;
  restricted: boolean;
  suppressed: boolean;
  mergedInto?: string;
}

export interface Question {
  state?: HeldState;
  person?: HeldPerson;
  channel?: string;
  /** The catalogue's answer where nothing is held. */
  byDefault: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Of two that are held of the same, the newer one, with the highest version that either knows to be parked. */
export function latest<T extends HeldState | HeldPerson>(one: T | undefined, other: T | undefined): T | undefined {
  if (!one || !other) return one ?? other;
  const newer = isNewer(other, one) ? other : one;
  const parkedVersion = Math.max(one.parkedVersion, other.parkedVersion);
  return newer.parkedVersion === parkedVersion ? newer : { ...newer, parkedVersion };
}

const isHeldBack = (held: { version: number; parkedVersion: number } | undefined): boolean => held !== undefined && held.parkedVersion > held.version;

const isLimited = (person: HeldPerson | undefined): boolean => person !== undefined && (person.restricted || person.suppressed || person.mergedInto !== undefined);

const allows = (state: HeldState, channel: string | undefined, now: number): boolean =>
  state.allowed &&
  (state.validUntil === undefined || now < state.validUntil) &&
  (channel === undefined || state.channels === undefined || state.channels.includes(channel));

/**
 * The rule: the purpose's state decides where there is one, and says no from `validUntil` on, event or not. Where there
 * is none the person's own record comes first (restricted, suppressed, merged away, erased: no), then the catalogue's default:
 * what a pause stops has a state that says so. An erased person is always no, and so is what a parked message may have changed.
 */
export function mayUse({ state, person, channel, byDefault, now }: Question): boolean {
  if (person?.erased || isHeldBack(person) || isHeldBack(state)) return false;
  if (state && state.version > 0) return allows(state, channel, now);
  return byDefault && !isLimited(person);
}
