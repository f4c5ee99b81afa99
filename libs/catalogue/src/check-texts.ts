import type { Catalogue, CatalogueTexts } from './catalogue.js';
import { idsOf, unknownIds, type Problem } from './problem.js';
import { firstUnseen } from './unseen.js';

/** The ids of each kind of text that the catalogue needs, no more and no fewer. */
function wantedTexts(catalogue: Catalogue): Record<keyof CatalogueTexts, string[]> {
  const choices = Object.values(catalogue.preferences);
  return {
    purposes: idsOf(catalogue.purposes),
    contexts: idsOf(catalogue.contexts),
    rights: idsOf(catalogue.rights),
    categories: idsOf(catalogue.categories),
    recipients: idsOf(catalogue.recipients),
    duties: idsOf(catalogue.duties),
    relations: catalogue.relations,
    channels: catalogue.channels,
    retention: catalogue.retention,
    topics: choices.flatMap((choice) => choice.topics),
    frequencies: choices.flatMap((choice) => choice.frequencies),
  };
}

const missing = (path: string, wanted: readonly string[], held: readonly string[]): Problem[] =>
  wanted.filter((name) => !held.includes(name)).map((name) => ({ path, message: `lacks ${name}` }));

type Fault = Omit<Problem, 'path'>;

function faultOf(text: string): Fault | undefined {
  if (!text.isWellFormed()) return { message: 'holds half a character' };
  if (text !== text.normalize('NFC')) return { message: 'is not in NFC' };
  if (text.includes('\r')) return { message: 'has line ends other than LF' };
  const unseen = firstUnseen(text);
  return unseen && { code: 'unseen_character', message: `holds ${unseen.name}, which nobody sees, in line ${unseen.line} as letter ${unseen.letter}` };
}

function stringProblems(value: unknown, path: string): Problem[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => stringProblems(member, `${path}/${name}`));
  }
  const fault = typeof value === 'string' ? faultOf(value) : undefined;
  return fault === undefined ? [] : [{ path, ...fault }];
}

/** Texts that are missing in a language, that nothing stands behind, or that are not plain NFC with LF in which every character is seen; all strings are looked at. */
export function textProblems(catalogue: Catalogue): Problem[] {
  const { locales, texts } = catalogue;
  const kinds = Object.entries(wantedTexts(catalogue)) as [keyof CatalogueTexts, string[]][];
  const ofTexts = kinds.flatMap(([kind, ids]) => {
    const path = `/texts/${kind}`;
    const held = texts[kind];
    return [
      ...missing(path, ids, Object.keys(held)),
      ...unknownIds(path, Object.keys(held), new Set(ids)),
      ...Object.entries(held).flatMap(([id, byLocale]) => [
        ...missing(`${path}/${id}`, locales, Object.keys(byLocale)),
        ...unknownIds(`${path}/${id}`, Object.keys(byLocale), new Set(locales)),
      ]),
    ];
  });
  const ofSources = catalogue.sources.flatMap(({ note }, index) => missing(`/sources/${index}/note`, locales, Object.keys(note)));
  return [...ofTexts, ...ofSources, ...stringProblems(catalogue, '')];
}
