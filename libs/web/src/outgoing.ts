import type { Answer } from './ask-api.js';
import type { Device } from './device.js';

export interface Decision {
  purpose: string;
  decision: 'grant' | 'refuse' | 'withdraw';
  channels?: string[];
}

/** A change on its way to the ledger. It keeps its key, so that sending it twice counts once. */
export interface Outgoing {
  key: string;
  /** `cookies`: about this browser, whose token is put in when it is sent; else the purpose that somebody signs up for. */
  what: string;
  /** When it was decided, by this browser's clock. */
  at: number;
  /** The id that this browser had then: a no is meant for it. */
  device?: Device;
  /** Purposes to which the ledger had a yes already: where it does not take another, that one stands. */
  had?: string[];
  /** As it was said when it was sent first: the same key, the same body. */
  occurredAt?: string;
  /** It was refused and dated anew: it is not a second time. */
  redated?: boolean;
  body: { subject?: Record<string, string>; decisions: Decision[] } & Record<string, unknown>;
}

/** What became of one decision of a change that was taken. */
export interface DecisionAnswer {
  purpose: string;
  allowed: boolean;
  code?: string;
}

export const isYes = ({ decision }: Decision): boolean => decision === 'grant';

/** What became of each decision, where that was told. */
export const answersIn = ({ body }: Answer): DecisionAnswer[] => (body.decisions ?? []) as DecisionAnswer[];

export const newKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

/** The same change with some of its decisions: another body needs another key. */
export const part = (item: Outgoing, decisions: Decision[]): Outgoing => ({ ...item, key: newKey(), occurredAt: undefined, body: { ...item.body, decisions } });

/** When it was decided by the api's clock, never later than now; where that cannot be told, now. */
export const timeOf = ({ at }: Outgoing, ahead = 0): number => new Date((Math.min(at, Date.now()) || Date.now()) - ahead).getTime() || Date.now();
