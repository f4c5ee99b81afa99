import type { Catalogue } from './catalogue.js';
import { idsOf, repeated, unknownIds, unsorted, type Problem } from './problem.js';
import type { Purpose } from './purpose.js';

interface Known {
  controllers: Set<string>;
  categories: Set<string>;
  recipients: Set<string>;
  channels: Set<string>;
  retention: Set<string>;
}

const LISTS = ['localBases', 'channels', 'covers', 'categories', 'recipients', 'countries'] as const;

function purposeProblems(purpose: Purpose, path: string, known: Known): Problem[] {
  const { retention } = purpose;
  return [
    ...unknownIds(`${path}/controller`, [purpose.controller], known.controllers),
    ...unknownIds(`${path}/categories`, purpose.categories, known.categories),
    ...unknownIds(`${path}/recipients`, purpose.recipients, known.recipients),
    ...unknownIds(`${path}/channels`, purpose.channels, known.channels),
    ...unknownIds(`${path}/retention`, retention && [retention.until, ...(retention.longer ?? [])], known.retention),
    ...unsorted(`${path}/retention/longer`, retention?.longer),
    ...LISTS.flatMap((name) => unsorted(`${path}/${name}`, purpose[name])),
  ];
}

const COLLECTIONS = ['controllers', 'sources', 'authorities', 'contexts', 'categories', 'partners', 'recipients', 'rights', 'duties'] as const;

/** What the schema cannot see: ids that stand twice, and names of things that the catalogue does not hold. */
export function referenceProblems(catalogue: Catalogue): Problem[] {
  const known: Known = {
    controllers: new Set(idsOf(catalogue.controllers)),
    categories: new Set(idsOf(catalogue.categories)),
    recipients: new Set(idsOf(catalogue.recipients)),
    channels: new Set(catalogue.channels),
    retention: new Set(catalogue.retention),
  };
  return [
    ...COLLECTIONS.flatMap((name) => repeated(`/${name}`, idsOf(catalogue[name]))),
    ...repeated('/purposes', idsOf(catalogue.purposes)),
    ...catalogue.controllers.flatMap(({ joint }, index) => unknownIds(`/controllers/${index}/joint`, joint, known.controllers)),
    ...catalogue.rights.flatMap(({ authorities }, index) =>
      unknownIds(`/rights/${index}/authorities`, authorities, new Set(idsOf(catalogue.authorities))),
    ),
    ...unknownIds('/preferences', Object.keys(catalogue.preferences), new Set(idsOf(catalogue.purposes))),
    ...catalogue.purposes.flatMap((purpose, index) => purposeProblems(purpose, `/purposes/${index}`, known)),
  ];
}
