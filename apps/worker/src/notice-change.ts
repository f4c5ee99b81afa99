import { setTimeout as sleep } from 'node:timers/promises';
import { addMilliseconds, decideNoticeChange, effectOf, olderVersions, type Publication } from '#consent';
import { nowMicros, readPublications, timeText, type CatalogueInForce, type DefinedPurpose } from '#ledger';
import { appendAll, type Consequence, type RoundOptions } from './consequence.js';
import type { Round } from './rounds.js';

const NAME = 'notice-change';
const PAGE = 2_000;
/** One batch of the ledger. */
const BATCH = 100;
/** It rests this many times as long as a step took, so it never takes more than a fifth of what the ledger can do. */
const REST = 4;
/** As long as an api may go on with the catalogue that it read before, and its clock may differ: then one last look is enough. */
const SETTLED_MS = 15_000;

/** A stretch of all streams, and which of them stand under an older version of the notice, under a restriction too: its end gives back what was chosen. */
export const READ_STRETCH = `
SELECT person, purpose, CASE WHEN coalesce(state::json #>> '{chosen,status}', status) IN ('given', 'renewed') AND state::json #>> '{notice,id}' = $5
  AND state::json #>> '{notice,version}' = ANY ($6::text[]) THEN state::json ->> 'event' END AS event
FROM heads WHERE ledger = $1 AND (person, purpose) > ($2::uuid, $3::text) ORDER BY person, purpose LIMIT $4`;
const SWEPT = 'SELECT event FROM notice_sweeps WHERE ledger = $1';
const NOTE = 'INSERT INTO notice_sweeps (ledger, event, swept_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';

interface Stretch {
  person: string;
  purpose: string;
  /** The last event of a consent that the change concerns. */
  event: string | null;
}

/** A material change that counts, and all that its consequences need. */
interface Change {
  publication: Publication;
  older: Set<string>;
  purposes: DefinedPurpose[];
}

/** Purposes that older versions of the notice named: all of one person's are withdrawn in one transaction. */
function changeOf(publication: Publication, older: Set<string>, { notices, purposes }: CatalogueInForce): Change {
  const texts = [...notices.values()].filter(({ id, version }) => id === publication.id && older.has(version));
  const named = new Set(texts.flatMap((notice) => [...notice.purposes]));
  return { publication, older, purposes: [...named].flatMap((id) => purposes.get(id) ?? []).filter(({ choice }) => choice === 'grant-withdraw') };
}

/** One consequence for each person in a stretch; a consent that came later than that is caused by its own event, too. */
function consequencesOf(stretch: Stretch[], { publication, older, purposes }: Change): Consequence[] {
  const decide: Consequence['decide'] = (stream, now) => decideNoticeChange(stream, publication, older, now);
  const people = new Map<string, Consequence[]>();
  for (const { person, purpose, event } of stretch) {
    if (event === null) continue;
    const single = { person, purposes: purposes.filter(({ id }) => id === purpose), request: event, job: NAME, decide };
    people.set(person, [...(people.get(person) ?? []), single]);
  }
  return [...people].map(([person, instead]) => ({ person, purposes, request: publication.event, instead, job: NAME, decide }));
}

/**
 * Notice changes (rule 7): from the effect of a material change on, the consents given under an older version and not renewed
 * since are withdrawn, reason `notice-changed`, a batch at a time with a rest after each, so that live traffic hardly feels it.
 * Nothing is kept on the way: a round that ended early begins again and finds what is done. A change is ticked off after a
 * whole pass, in which nothing failed, that began when no api could take a consent under an older version any more.
 */
export function noticeChange(options: RoundOptions & { settledMs?: number }): Round {
  const { pool, ledger, settledMs = SETTLED_MS } = options;
  const swept = new Set<string>();

  async function resting<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
    const since = performance.now();
    const result = await step;
    await sleep(REST * (performance.now() - since), undefined, { signal }).catch(() => undefined);
    return result;
  }

  async function readStretch({ person, purpose }: Omit<Stretch, 'event'>, { publication, older }: Change): Promise<Stretch[]> {
    const values = [ledger, person, purpose, PAGE, publication.id, [...older]];
    return (await pool.query<Stretch>({ name: 'read-stretch', text: READ_STRETCH, values })).rows;
  }

  /** Undefined where it had to end before it was through; `isWhole`: nothing failed on the way. */
  async function sweep(change: Change, term: Parameters<Round['run']>[0]): Promise<{ written: number; isWhole: boolean } | undefined> {
    let written = 0;
    let isWhole = true;
    const failed = (): void => void (isWhole = false);
    let last: Omit<Stretch, 'event'> | undefined = { person: '00000000-0000-0000-0000-000000000000', purpose: '' };
    while (last) {
      const stretch: Stretch[] = await resting(readStretch(last, change), term.signal);
      const due = consequencesOf(stretch, change);
      for (let at = 0; at < due.length; at += BATCH) {
        if (!term.leads()) return undefined;
        written += await resting(appendAll(options, due.slice(at, at + BATCH), failed), term.signal);
      }
      if (!term.leads()) return undefined;
      last = stretch.length < PAGE ? undefined : stretch.at(-1);
    }
    return { written, isWhole };
  }

  /** Changes that count by now, have older versions, and were not ticked off: as a rule none, for one small query. */
  async function changes(now: string): Promise<Change[]> {
    const publications = await readPublications(pool, ledger);
    const isDue = (one: Publication): boolean => one.change === 'material' && effectOf(one) <= now && !swept.has(one.event);
    const found = publications.filter(isDue).map((publication) => ({ publication, older: olderVersions(publications, publication) }));
    const replacing = found.filter(({ older }) => older.size > 0);
    if (replacing.length === 0) return [];
    const { rows } = await pool.query<{ event: string }>(SWEPT, [ledger]);
    for (const { event } of rows) swept.add(event);
    const catalogue = await options.catalogue();
    return catalogue ? replacing.filter(({ publication }) => !swept.has(publication.event)).map(({ publication, older }) => changeOf(publication, older, catalogue)) : [];
  }

  return {
    name: NAME,
    everyMs: 2_000,
    async run(term) {
      const now = timeText(nowMicros());
      let written = 0;
      for (const change of await changes(now)) {
        const done = await sweep(change, term);
        if (done === undefined) break;
        written += done.written;
        const settled = done.isWhole && addMilliseconds(effectOf(change.publication), settledMs) <= now;
        if (settled) await pool.query(NOTE, [ledger, change.publication.event, new Date()]);
      }
      return written;
    },
  };
}
