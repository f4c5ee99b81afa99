import type { Stream } from '#consent';
import { nowMicros, timeText, type DefinedPurpose } from '#ledger';
import { stateOf, type PurposeState } from '#people';
import { readCanaries } from '#propagation';
import { identifiersOf, type Contact, type FoundContact, type OnDamaged } from './identifiers-of.js';
import { catalogueOf, type Target } from './target.js';

export interface ConsentRow extends PurposeState {
  person: string;
  kind: string;
  recordedAt?: string;
  identifiers?: Contact[];
}

export interface ConsentFilter {
  purposes?: string[];
  statuses?: string[];
  /** Adds the identifiers of each person, and of everybody who was merged into him, in clear. Whoever asks for it leaves a trace first (rule 30). */
  identifiers?: boolean;
  /** Told of each identifier that cannot be opened any more, and is left out. */
  damaged?: OnDamaged;
}

interface Row {
  person: string;
  purpose: string;
  state: string;
  kind: string;
}

const PAGE = 2_000;
const START = '00000000-0000-0000-0000-000000000000';

/** Behind (person, purpose), in the order of the heads' key; facts of whole people and of the ledger are no consents. */
export const READ_STATES = `
SELECT h.person, h.purpose, h.state, p.kind
FROM (SELECT person, purpose, state FROM heads
  WHERE ledger = $1 AND (person, purpose) > ($2::uuid, $3::text) AND purpose NOT LIKE '~%' AND ($4::text[] IS NULL OR purpose = ANY ($4))
  ORDER BY person, purpose LIMIT $5) h
CROSS JOIN LATERAL (SELECT kind FROM persons WHERE ledger = $1 AND person = h.person LIMIT 1) p
ORDER BY h.person, h.purpose`;

/** A purpose that is no longer in the catalogue: its streams still say what they say. */
const bygone = (id: string, { channels, partners }: Stream): DefinedPurpose => ({
  id, channels, partners: partners !== undefined, basis: '', controller: '', choice: 'told', holder: 'person', definition: '',
});

/** A state, and the id of the identifier that the consent was given by, while one stands. */
interface Said {
  row: ConsentRow;
  via?: string;
}

/** The identifier that a consent was given by first: it is the address for the purpose. */
function contactsOf(found: FoundContact[] = [], via: string | undefined): Contact[] {
  const inOrder = [...found.filter(({ id }) => id === via), ...found.filter(({ id }) => id !== via)];
  return inOrder.map(({ kind, value }) => ({ kind, value }));
}

async function withIdentifiers(target: Target, said: Said[], damaged: OnDamaged): Promise<ConsentRow[]> {
  const contacts = await identifiersOf(target, [...new Set(said.map(({ row }) => row.person))], damaged);
  return said.map(({ row, via }) => ({ ...row, identifiers: contactsOf(contacts.get(row.person), via) }));
}

/**
 * The current state of every stream, in pages, ordered by person and purpose; memory does not grow with the ledger. Each
 * page is read as it stands at its moment: a change made meanwhile is in it or not, and no stream is given twice. Where a
 * person has said nothing about a purpose there is no row: the default of the catalogue holds. The canary is nobody, and left out.
 */
export async function* exportConsents(target: Target, { purposes, statuses, identifiers, damaged = () => undefined }: ConsentFilter): AsyncGenerator<ConsentRow[]> {
  const [catalogue, canaries] = await Promise.all([catalogueOf(target), readCanaries(target.pool, target.ledger)]);
  const wanted = statuses && new Set(statuses);
  let [person, purpose] = [START, ''];
  for (;;) {
    const values = [target.ledger, person, purpose, purposes ?? null, PAGE];
    const { rows } = await target.pool.query<Row>({ name: 'export-consents', text: READ_STATES, values });
    const now = timeText(nowMicros());
    const all = rows.filter((row) => !canaries.has(row.person)).map((row): Said => {
      const stream = JSON.parse(row.state) as Stream;
      const state = stateOf(catalogue.purposes.get(row.purpose) ?? bygone(row.purpose, stream), stream, catalogue.publications, now);
      return { row: { person: row.person, kind: row.kind, ...state, recordedAt: stream.recordedAt }, via: stream.via?.id };
    });
    const page = wanted ? all.filter(({ row }) => wanted.has(row.status)) : all;
    if (page.length > 0) yield identifiers ? await withIdentifiers(target, page, damaged) : page.map(({ row }) => row);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    ({ person, purpose } = last);
  }
}
