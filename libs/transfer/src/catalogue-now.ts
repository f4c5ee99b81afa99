import { catalogueMark, Loader, type CatalogueInForce } from '#ledger';
import { catalogueOf, type Target } from './target.js';

/** Older than this it is looked after again. Below the lead that a change of a text is given, as in the api. */
const FRESH_MS = 1_000;

/**
 * The catalogue as it stood a second ago at most: an import takes longer than the lead of a change, and what it granted under a text of
 * before would be withdrawn by nobody once that change is ticked off. Throws Unavailable where it cannot be looked after.
 */
export function catalogueNow(target: Pick<Target, 'pool' | 'ledger'>, first: CatalogueInForce): () => Promise<CatalogueInForce> {
  const { pool, ledger } = target;
  let current = first;
  let mark: string | undefined;
  let lookedAt = -Infinity;
  const isFresh = (): boolean => performance.now() - lookedAt <= FRESH_MS;
  const look = async (): Promise<void> => {
    const since = performance.now();
    const found = await catalogueMark(pool, ledger);
    if (found !== mark) current = await catalogueOf(target);
    mark = found;
    lookedAt = since;
  };
  const loader = new Loader<'now', CatalogueInForce>(async (askers) => {
    if (!isFresh()) await look();
    return askers.map(() => current);
  });
  return async () => (isFresh() ? current : ((await loader.load('now')) ?? current));
}
