import type { Identity } from '../store/sessions.js';

/** Whom a call is about. */
export type Subject = { person: string } | { email: string } | { customer: string } | { portal: string };

export const subjectOf = ({ kind, value }: Identity): Subject => ({ [kind]: value }) as Subject;

export interface NoticeName {
  id: string;
  version: string;
  locale: string;
}

/** What a person can be shown, and can do, about one purpose. */
export interface Purpose {
  id: string;
  /** The legal basis as a code, such as `eu-gdpr:A6-1-a`. */
  basis: string;
  holder: 'person' | 'device';
  choice: 'grant-withdraw' | 'object-lift' | 'told';
  channels?: string[];
  /** Whether one says yes to each partner by name. */
  partners?: boolean;
  /** An objection is weighed, or always wins. */
  weighed?: boolean;
  directMarketing?: boolean;
  notice?: { id: string; version: string };
  texts?: Record<string, { title: string; summary: string }>;
  /** What one can wish for within it. */
  preferences?: { topics: Offer[]; frequencies: Offer[] };
}

/** A topic or a frequency, with its title by language. */
export interface Offer {
  id: string;
  texts?: Record<string, { title: string }>;
}

export interface Preferences {
  topics?: string[];
  frequency?: string;
  language?: string;
  pausedUntil?: string;
}

/** The state of one purpose of one person; times are RFC 3339, UTC. */
export interface ConsentState {
  purpose: string;
  status: string;
  allowed: boolean;
  channels?: string[];
  partners?: string[];
  since?: string;
  validUntil?: string;
  version: number;
  notice?: NoticeName;
  preferences?: Preferences;
  /** What was decided, where something stands above it. */
  chosen?: { status: string; allowed: boolean; channels?: string[]; partners?: string[]; preferences?: Preferences; preferred?: string[] };
}

/** Facts about the whole person that stand above every choice. */
export interface WholePerson {
  restrictedSince?: string;
  suppressed?: boolean;
  suppressedChannels?: string[];
  pausedUntil?: string;
}

export interface NoticeText extends NoticeName {
  title: string;
  body: string;
}

export interface Decision {
  purpose: string;
  decision: 'grant' | 'withdraw' | 'refuse' | 'object' | 'lift';
  channels?: string[];
  partners?: string[];
  /** Counts only on this version of the purpose. */
  ifVersion?: number;
}

/** Body of POST /v1/consents. */
export interface ConsentsBody {
  subject: Subject;
  decisions: Decision[];
  notice?: NoticeName;
  capture: { context: string; method: string; point: string };
}

/** From where a person decided, as the ledger seals it with the decision. */
export interface Evidence {
  network?: string;
  userAgent?: string;
}

/** What a system did about an event, as it stated itself. */
export interface Act {
  system: string;
  state: 'acted' | 'parked' | 'not-mine' | 'waiting';
  /** It acknowledged this later version of the purpose, and not the event itself. */
  byVersion?: number;
  /** From the ledger's time to the system's. */
  afterMs?: number;
}
