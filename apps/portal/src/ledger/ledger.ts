import { LedgerRefused, withList, withText, type AskLedger } from './ask-ledger.js';
import type { Act, ConsentsBody, ConsentState, Evidence, NoticeText, Purpose, Subject, WholePerson } from './ledger-types.js';

/** What the portal asks of the ledger. Every call throws `LedgerSilent` or `LedgerRefused`, and nothing else. */
export interface Ledger {
  /** The person behind a subject; undefined where the ledger knows nobody. */
  lookUp(subject: Subject): Promise<string | undefined>;
  consents(person: string): Promise<ConsentState[]>;
  /** Every purpose, and what stands above them. */
  standing(person: string): Promise<{ consents: ConsentState[]; whole?: WholePerson }>;
  /** Records decisions, with from where they come; answers the person, who may be new. The same key counts once. */
  change(body: ConsentsBody, idempotencyKey: string, evidence: Evidence): Promise<string>;
  /** Links a device to a person, by its token. The same key counts once. */
  link(person: string, device: string, idempotencyKey: string): Promise<void>;
  /** Origins of the sites whose visitors' devices may be linked. */
  siteOrigins(): Promise<string[]>;
  /** Where this person's receipt of an event is to be read, for a while. */
  receiptLink(person: string, event: string): Promise<string>;
  /** Which systems have acted on an event of this person, as far as the ledger has heard. */
  actsOn(person: string, event: string): Promise<Act[]>;
  purposes(): Promise<Purpose[]>;
  /** Without a version, the newest. */
  notice(id: string, locale: string, version?: string): Promise<NoticeText>;
}

const ifKnown = (error: unknown): undefined => {
  if (error instanceof LedgerRefused && error.code === 'person_unknown') return undefined;
  throw error;
};

export function ledgerBy(ask: AskLedger): Ledger {
  return {
    lookUp: (subject) => ask<{ person: string }>({ method: 'POST', path: '/v1/people/lookup', body: { subject }, isWhole: withText('person') }).then(({ person }) => person, ifKnown),
    consents: async (person) => (await ask<{ consents: ConsentState[] }>({ method: 'GET', path: `/v1/people/${person}/consents`, isWhole: withList('consents') })).consents,
    standing: (person) => ask({ method: 'GET', path: `/v1/people/${person}/consents`, isWhole: withList('consents') }),
    change: async (body, idempotencyKey, evidence) => (await ask<{ person: string }>({ method: 'POST', path: '/v1/consents', body, idempotencyKey, evidence, isWhole: withText('person') })).person,
    link: async (person, device, idempotencyKey) => void (await ask({ method: 'POST', path: `/v1/people/${person}/links`, body: { device }, idempotencyKey })),
    siteOrigins: async () => (await ask<{ origins: string[] }>({ method: 'GET', path: '/v1/sites', isWhole: withList('origins') })).origins,
    receiptLink: async (person, event) => (await ask<{ url: string }>({ method: 'POST', path: `/v1/people/${person}/receipts`, body: { event }, isWhole: withText('url') })).url,
    actsOn: async (person, event) => (await ask<{ events: { systems: Act[] }[] }>({ method: 'GET', path: `/v1/people/${person}/propagation?event=${event}`, isWhole: withList('events') })).events[0]?.systems ?? [],
    purposes: async () => (await ask<{ purposes: Purpose[] }>({ method: 'GET', path: '/v1/purposes', isWhole: withList('purposes') })).purposes,
    notice(id, locale, version) {
      const query = new URLSearchParams({ locale, ...(version && { version }) });
      return ask<NoticeText>({ method: 'GET', path: `/v1/notices/${encodeURIComponent(id)}?${query.toString()}`, isWhole: withText('body') });
    },
  };
}
