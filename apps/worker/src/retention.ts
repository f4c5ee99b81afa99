import { decideFact, emptyStream, keptUntil, type PersonState, type Stream } from '#consent';
import { nowMicros, personCall, personOf, streamsOf, timeText, type CatalogueInForce, type DefinedPurpose } from '#ledger';
import type { RoundOptions } from './consequence.js';
import { partsKeptUntil, waitsOrIsHeld } from './family.js';
import type { Round } from './rounds.js';

const PAGE = 500;
const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST = '00000000-0000-0000-0000-000000000000';
/** Holders in order of their id, with all of their streams. */
const HOLDERS = `
SELECT p.person, p.kind, p.state AS whole, h.purpose, h.state
FROM (SELECT person, kind, state FROM persons WHERE ledger = $1 AND person > $2 AND kind <> 'ledger' ORDER BY person LIMIT $3) p
LEFT JOIN LATERAL (SELECT purpose, state FROM heads WHERE ledger = $1 AND person = p.person) h ON true
ORDER BY p.person, h.purpose`;

type Purposes = CatalogueInForce['purposes'];
const NONE: Purposes = new Map();

interface Row {
  person: string;
  kind: 'person' | 'device';
  whole: string | null;
  purpose: string | null;
  state: string | null;
}

interface Holder {
  person: string;
  kind: 'person' | 'device';
  /** Erased already, or a part of somebody else, with whom he stays and goes. */
  settled: boolean;
  streams: Map<string, Stream>;
}

/** Something keeps him that came while his erasure was on its way. */
class Held extends Error {}

/** A part of somebody else goes with him; a restriction or a suppression is a word that must be remembered (GDPR 18). */
const mustStay = ({ mergedInto, restrictedSince, suppressed, suppressedChannels }: PersonState): boolean =>
  mergedInto !== undefined || restrictedSince !== undefined || suppressed || suppressedChannels.length > 0;

function holdersOf(rows: Row[]): Holder[] {
  const holders = new Map<string, Holder>();
  for (const { person, kind, whole, purpose, state } of rows) {
    const standing = personOf({ state: whole });
    const holder = holders.get(person) ?? { person, kind, settled: standing.erased || mustStay(standing), streams: new Map<string, Stream>() };
    holders.set(person, holder);
    if (purpose !== null && state !== null) holder.streams.set(purpose, JSON.parse(state) as Stream);
  }
  return [...holders.values()];
}

/**
 * Retention (rule 18): once a day, whoever's proofs have all been kept for as long as their purposes say, with those of everybody
 * who was merged into him, is erased, reason `retention`, unless a hold stands or something that he has asked for waits for its
 * answer. Decided again inside the append, so that somebody who comes back, or asks, in that moment stays until the next round.
 * It leaves no suppression: he may be taken up again.
 */
export function retention({ pool, ledger, appender, catalogue }: RoundOptions): Round {
  async function page(after: string): Promise<Holder[]> {
    const { rows } = await pool.query<Row>({ name: 'retention', text: HOLDERS, values: [ledger, after, PAGE] });
    return holdersOf(rows);
  }

  /** Of somebody whose own time is over: for those who would go with him, too, or for a ground of another kind. */
  async function staysYet(person: string, known: Purposes): Promise<boolean> {
    return (await waitsOrIsHeld(pool, ledger, person)) || (await partsKeptUntil(pool, ledger, person, known)) > timeText(nowMicros());
  }

  async function erase({ person, kind }: Holder, known: Purposes): Promise<number> {
    const { event: request, seq } = await lastOf(person);
    if (await staysYet(person, known)) return 0;
    const purposes = [...known.values()];
    const call = personCall({
      request,
      holder: { person, kind },
      actor: { kind: 'ledger', id: 'retention' },
      purposes,
      // A hold that is set meanwhile waits for this, or this for the hold.
      beside: async (client) => {
        if (await waitsOrIsHeld(client, ledger, person)) throw new Held(`${person} is held`);
      },
      decide: (view) => {
        if (view.seq !== seq) return [];
        const streams = streamsOf(view, purposes).filter(({ purpose, stream }) => purpose.holder === kind || stream.version > 0);
        const until = keptUntil(streams, view.recordedAt);
        if (until === undefined || until > view.recordedAt || mustStay(view.person)) return [];
        return decideFact({ kind: 'erase', reason: 'retention', ground: 'retention-over', kept: [] }, view.person, streams, view.recordedAt);
      },
    });
    const events = await appender.append(call, { recheck: true }).catch((error: unknown) => {
      if (error instanceof Held) return [];
      throw error;
    });
    return events.length;
  }

  /** The last event of the holder: by its id the erasure happens once. */
  async function lastOf(person: string): Promise<{ event: string; seq: number }> {
    const { rows } = await pool.query<{ event: string; seq: number }>('SELECT event, seq FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq DESC LIMIT 1', [ledger, person]);
    return rows[0] ?? { event: FIRST, seq: 0 };
  }

  /** Those of a page whose time is over. A person's own "no" to what devices are asked is a word of his, too. */
  function over(holders: Holder[], known: Purposes): Holder[] {
    const now = timeText(nowMicros());
    const purposesOf = ({ kind, streams }: Holder): DefinedPurpose[] => [...known.values()].filter(({ id, holder }) => holder === kind || streams.has(id));
    return holders.filter((holder) => {
      const { settled, streams } = holder;
      const until = settled ? undefined : keptUntil(purposesOf(holder).map((purpose) => ({ purpose, stream: streams.get(purpose.id) ?? emptyStream(purpose) })), now);
      return until !== undefined && until <= now;
    });
  }

  return {
    name: 'retention',
    everyMs: DAY_MS,
    async run(term) {
      let written = 0;
      for (let holders = await page(FIRST); holders.length > 0 && term.leads(); holders = await page(holders.at(-1)?.person ?? FIRST)) {
        const known = (await catalogue())?.purposes ?? NONE;
        for (const holder of over(holders, known)) written += await erase(holder, known);
      }
      return written;
    },
  };
}
