import type { Pool } from 'pg';
import type { Catalogue } from '#catalogue';
import type { PurposeRule } from '#consent';

/** What a catalogue cannot be loaded for: it would take back what people were told. Nothing was written. */
export class CatalogueRefused extends Error {}

/** What the catalogue in force says of its purposes. */
export interface Before {
  definitions: Pick<PurposeRule, 'id' | 'choice' | 'holder' | 'partners' | 'directMarketing' | 'controller'>[];
  controllers?: Pick<Catalogue['controllers'][number], 'id' | 'name' | 'joint'>[];
  purposeStates?: Record<string, 'draft' | 'archived'>;
}

/** Those that any catalogue had in use, and those that anybody has said something to. */
const EVER_USED = `
SELECT d ->> 'id' AS id FROM catalogues c CROSS JOIN LATERAL json_array_elements(c.body::json -> 'definitions') d
WHERE c.ledger = $1 AND d ->> 'id' = ANY ($2) AND c.body::json -> 'purposeStates' ->> (d ->> 'id') IS DISTINCT FROM 'draft'
UNION SELECT purpose FROM heads WHERE ledger = $1 AND purpose = ANY ($2) ORDER BY id`;
const HAVE_STATES = 'SELECT DISTINCT purpose AS id FROM heads WHERE ledger = $1 AND purpose = ANY ($2) ORDER BY id';
const CONSENTED = `
SELECT DISTINCT purpose AS id FROM heads
WHERE ledger = $1 AND purpose = ANY ($2) AND coalesce(state::json #>> '{chosen,status}', status) IN ('given', 'renewed') ORDER BY id`;
/** Who has been asked is one of them: his confirmation makes a consent of it. */
const ASKED = `
SELECT DISTINCT purpose AS id FROM heads
WHERE ledger = $1 AND purpose = ANY ($2) AND coalesce(state::json #>> '{chosen,status}', status) IN ('given', 'renewed', 'requested') ORDER BY id`;
const OVERRIDDEN = `
SELECT DISTINCT purpose AS id FROM heads
WHERE ledger = $1 AND purpose = ANY ($2) AND coalesce(state::json #>> '{chosen,status}', status) = 'objected' AND coalesce(state::json #>> '{chosen,allowed}', allowed::text) = 'true' ORDER BY id`;

/** Those of some purposes that a query names, for a sentence; undefined where it names none. */
async function named(pool: Pool, ledger: number, query: string, purposes: string[]): Promise<string | undefined> {
  if (purposes.length === 0) return undefined;
  const { rows } = await pool.query<{ id: string }>(query, [ledger, purposes]);
  return rows.length === 0 ? undefined : rows.map(({ id }) => id).join(', ');
}

/** A purpose that was ever in use, or was decided on, must be withdrawable for ever, and a consent that stands is to none that is yet to come: it is archived. */
export async function refuseLost(pool: Pool, ledger: number, { definitions, purposeStates = {} }: Before, catalogue: Catalogue): Promise<void> {
  const next = new Map(catalogue.purposes.map(({ id }) => [id, catalogue.purposeStates?.[id]]));
  const before = definitions.map(({ id }) => id);
  const missing = await named(pool, ledger, EVER_USED, before.filter((id) => !next.has(id)));
  if (missing) throw new CatalogueRefused(`purposes that were in use are missing: ${missing}. Mark them archived instead`);
  const drafted = await named(pool, ledger, CONSENTED, before.filter((id) => next.get(id) === 'draft' && purposeStates[id] !== 'draft'));
  if (drafted) throw new CatalogueRefused(`consents stand to purposes that would be drafts: ${drafted}. Mark them archived instead`);
}

interface PurposeOf {
  purpose: Pick<PurposeRule, 'controller'>;
  controllers?: Before['controllers'];
}

/** Who answers for a purpose, by id and by name: its controller, and those that decide with it (GDPR 26). One of them stays itself where it changes one of the two. */
function companiesOf(controller: string, controllers: Before['controllers'] = []): { id: string; name?: string }[] {
  const ids = [controller, ...(controllers.find((one) => one.id === controller)?.joint ?? [])];
  return ids.map((id) => ({ id, name: controllers.find((one) => one.id === id)?.name }));
}

/** Whether somebody answers for a purpose who did not before. */
function isOthers(was: PurposeOf, is: PurposeOf): boolean {
  const before = companiesOf(was.purpose.controller, was.controllers);
  return companiesOf(is.purpose.controller, is.controllers).some(({ id, name }) => !before.some((one) => one.id === id || (name !== undefined && one.name === name)));
}

const ANOTHER = 'Give what is new an id of its own, and mark the old purpose archived';

/**
 * What people have said to a purpose was said to what it was: an answer to a legitimate interest is no consent, a consent to one company is none
 * to its partners, nor to another company, and an objection that was overridden is none that direct marketing may override (GDPR 6(1), 21(2)).
 */
export async function refuseOtherMeaning(pool: Pool, ledger: number, { definitions, controllers }: Before, catalogue: Catalogue): Promise<void> {
  const next = new Map(catalogue.purposes.map((purpose) => [purpose.id, purpose]));
  const becomes = (isOther: (was: Before['definitions'][number], is: PurposeRule) => boolean): string[] =>
    definitions.flatMap((was) => {
      const is = next.get(was.id);
      return is && isOther(was, is) ? [was.id] : [];
    });
  const asked = await named(pool, ledger, HAVE_STATES, becomes((was, is) => was.choice !== is.choice || was.holder !== is.holder));
  if (asked) throw new CatalogueRefused(`people have said something to purposes that would be asked about in another way, or of others: ${asked}. ${ANOTHER}`);
  const shared = await named(pool, ledger, ASKED, becomes((was, is) => !was.partners && is.partners === true));
  if (shared) throw new CatalogueRefused(`consents stand to purposes that would be shared with partners, whom nobody was told of: ${shared}. ${ANOTHER}`);
  const others = await named(pool, ledger, ASKED, becomes((was, is) => isOthers({ purpose: was, controllers }, { purpose: is, controllers: catalogue.controllers })));
  if (others) throw new CatalogueRefused(`consents stand to purposes that would be those of another company, to which nobody has consented: ${others}. ${ANOTHER}`);
  const marketing = await named(pool, ledger, OVERRIDDEN, becomes((was, is) => !was.directMarketing && is.directMarketing === true));
  if (marketing) throw new CatalogueRefused(`objections are overridden to purposes that would be direct marketing, against which there is no ground: ${marketing}. ${ANOTHER}`);
}
