import { withFields, withList, withText, type AskLedger } from './ask-ledger.js';

/** A right that somebody asked for. */
export interface Asked {
  right: string;
  event: string;
  askedAt: string;
  due: string;
  state: 'open' | 'closed';
  closedAt?: string;
  outcome?: string;
}

export interface Identifier {
  id: string;
  kind: string;
  value: string;
}

export interface Erased {
  erased: { identifiers: number; evidence: number; purposes: string[] };
  /** What other systems must keep, as far as somebody named it. */
  kept: { category: string; ground: string; until?: string }[];
  /** Whether it is all gone already, and not only about to be. */
  removed: boolean;
}

/** Wishes within a purpose, or, without one, about the whole person; a member that is null is taken back. */
export interface PreferencesBody {
  purpose?: string;
  channels?: string[] | null;
  topics?: string[] | null;
  frequency?: string | null;
  language?: string | null;
  pausedUntil?: string | null;
  suppressed?: boolean;
}

export interface RectifyBody {
  add?: { email?: string };
  remove?: string[];
  text?: string;
}

/**
 * What the portal asks of the ledger for a signed-in person, beyond his decisions. A key makes a call count once. Every
 * call throws `LedgerSilent` or `LedgerRefused`, and nothing else.
 */
export interface RightsCalls {
  prefer(person: string, body: PreferencesBody, key: string): Promise<void>;
  asked(person: string): Promise<Asked[]>;
  /** All that is held, as a page or as JSON text; recorded as access that was asked for and given. */
  download(person: string, as: { form: 'json' } | { form: 'page'; language: string }, key: string): Promise<string>;
  /** What the person is found by. Leaves a trace with each call. */
  identifiers(person: string): Promise<Identifier[]>;
  rectify(person: string, body: RectifyBody, key: string): Promise<void>;
  restrict(person: string, body: { ground: string; text?: string; end?: boolean }, key: string): Promise<void>;
  complain(person: string, body: { text: string; country?: string }, key: string): Promise<void>;
  erase(person: string, key: string): Promise<Erased>;
}

/** Gathering or erasing everything takes the ledger longer than a switch. */
const LONG_MS = 20_000;

export function rightsBy(ask: AskLedger): RightsCalls {
  const at = (person: string, what: string): string => `/v1/people/${person}/${what}`;
  const post = (person: string, what: string, body: object, idempotencyKey: string): Promise<void> => ask({ method: 'POST', path: at(person, what), body, idempotencyKey, patienceMs: LONG_MS });
  return {
    prefer: (person, body, idempotencyKey) => ask({ method: 'PUT', path: at(person, 'preferences'), body, idempotencyKey }),
    asked: async (person) => (await ask<{ rights: Asked[] }>({ method: 'GET', path: at(person, 'rights'), isWhole: withList('rights') })).rights,
    async download(person, as, idempotencyKey) {
      const call = { method: 'POST', path: at(person, 'access'), idempotencyKey, patienceMs: LONG_MS } as const;
      if (as.form === 'page') return ask<string>({ ...call, body: { locale: as.language }, page: { language: as.language } });
      return `${JSON.stringify(await ask({ ...call, body: {}, isWhole: withText('person') }), null, 2)}\n`;
    },
    identifiers: async (person) => (await ask<{ identifiers: Identifier[] }>({ method: 'GET', path: at(person, 'rectify'), isWhole: withList('identifiers') })).identifiers,
    rectify: (person, body, key) => post(person, 'rectify', body, key),
    restrict: (person, body, key) => post(person, 'restrict', body, key),
    complain: (person, body, key) => post(person, 'complaints', body, key),
    erase: (person, idempotencyKey) => ask<Erased>({ method: 'POST', path: at(person, 'erase'), body: {}, idempotencyKey, patienceMs: LONG_MS, isWhole: withFields('erased') }),
  };
}
