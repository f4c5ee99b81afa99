import type { ConsumerState } from '#consumer';

/** The segments, in the order in which a visitor is tried: the first that fits is his. */
export const SEGMENTS = ['wants-contact', 'compares-products', 'comes-back', 'looks-around'] as const;
export type Segment = (typeof SEGMENTS)[number];

export interface Reaction {
  number: number;
  /** When the system's transaction did it, and how long after the ledger recorded the event; RFC 3339, ms. */
  at: string;
  afterMs: number;
  type: string;
  purpose: string;
  reason: string | null;
  allowed: boolean;
  viewsDeleted: number;
  profilesDeleted: number;
}

/** All that the page shows; nothing in it belongs to one device. */
export interface Summary {
  at: string;
  following: ConsumerState;
  counters: {
    /** Devices that allow statistics now, and those of them with a segment. */
    allowedDevices: number;
    sortedDevices: number;
    /** Views that are held now, of how many devices, and those of today (UTC). */
    views: number;
    countedDevices: number;
    viewsToday: number;
    /** Views without consent of today: a plain number. */
    plainToday: number;
    /** Ever deleted because consent had ended, and of how many devices. */
    viewsDeleted: number;
    devicesForgotten: number;
  };
  /** The last 60 minutes and 30 days (UTC), oldest first, without gaps. */
  minutes: { at: string; counted: number }[];
  days: { day: string; counted: number; plain: number }[];
  /** The pages of the last 30 days, most viewed first. */
  pages: { path: string; title: string | null; counted: number; plain: number }[];
  segments: { segment: Segment; devices: number }[];
  /** Newest first. */
  reactions: Reaction[];
}
