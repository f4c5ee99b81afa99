import type { Act } from '#propagation';
import type { Acts } from './read-acts.js';
import type { Chain, Chains } from './read-chains.js';
import type { PackedMail } from './read-mails.js';
import type { PackRequest } from './source.js';

/** What was erased, on which ground, and what was kept. */
export interface Erased {
  at: string;
  ground: string;
  kept: unknown[];
}

export interface AboutChain {
  person: string;
  kind: string;
  role: 'the one that was asked for' | 'merged into the one that was asked for';
  events: number;
  /** Newer events that no checkpoint commits to yet: not in the pack. */
  waiting: number;
  erased?: Erased;
}

/** What a pack is about, and what in it is proven by nothing but the word of the system. */
export interface About {
  format: 1;
  ledger: string;
  madeAt: string;
  size: number;
  chains: AboutChain[];
  opened: PackRequest['open'];
  /** Stated by the system, not proven. */
  stated: { note: string; mails: { event: string; file: string; sentAt: string; note: string }[]; acknowledgements: { event: string; systems: readonly Act[] }[] };
  notIncluded: string[];
}

const STATED = 'Stated by the system, not proven: no hash or signature of the log speaks of these times.';
const MAIL = 'Written again when the pack was made, in the words of that day, with the names that purpose and company had then; what was sent may have read otherwise, and was not kept. Its link carried a secret that is not shown.';
const NOT_INCLUDED = [
  'Evidence that was not asked to be opened, that was erased, of a person alone or with the one whom that person was merged into, or that is of a person who was split off since: the events hold its commitments.',
  'What systems that follow the events did without saying so: their own records tell. Times of theirs are by their own clocks.',
];

/** The last erasure in a chain; undefined where the person was not erased. */
export function erasureOf({ events }: Chain): Erased | undefined {
  const found = events.findLast(({ event }) => event.type === 'person-erased')?.event;
  if (!found) return undefined;
  const { ground, kept } = found.fact ?? {};
  return { at: found.recordedAt, ground: String(ground ?? ''), kept: Array.isArray(kept) ? kept : [] };
}

export function aboutPack(ledger: string, madeAt: string, { chains, checkpoint }: Chains, open: PackRequest['open'], { mails, acts }: { mails: PackedMail[]; acts: Acts }): About {
  return {
    format: 1,
    ledger,
    madeAt,
    size: checkpoint.size,
    chains: chains.map((chain, at) => {
      const { person, kind, events, waiting } = chain;
      const role = at === 0 ? 'the one that was asked for' : 'merged into the one that was asked for';
      return { person, kind, role, events: events.length, waiting, erased: erasureOf(chain) };
    }),
    opened: open,
    stated: { note: STATED, mails: mails.map(({ event, name, sentAt }) => ({ event, file: name, sentAt, note: MAIL })), acknowledgements: [...acts].map(([event, systems]) => ({ event, systems })) },
    notIncluded: NOT_INCLUDED,
  };
}
