/** What a consumer holds of one purpose of one person. Times in milliseconds since 1970. */
export interface HeldState {
  version: number;
  parkedVersion: number;
  allowed: boolean;
  channels?: readonly string[];
  validUntil?: number;
}

/** What a consumer holds of a whole person. */
export interface HeldPerson {
  version: number;
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

const knowsOf = (held: { version: number; parkedVersion: number } | undefined): number => (held ? Math.max(held.version, held.parkedVersion) : -1);

/** Of two that are held of the same, the one that knows of the higher version. */
export const latest = <T extends HeldState | HeldPerson>(one: T | undefined, other: T | undefined): T | undefined => (knowsOf(other) > knowsOf(one) ? other : one);

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
