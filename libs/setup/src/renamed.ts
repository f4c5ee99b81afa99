/** What of a catalogue people read as names. */
export interface Names {
  controllers?: { id: string; name: string; email: string }[];
  texts?: Record<string, Record<string, Record<string, { title?: string } | undefined> | undefined> | undefined>;
}

/** Something that has another name than before, and both. */
export interface Renamed {
  what: string;
  before: string;
  now: string;
}

/** Every name of a catalogue by what it names: of controllers, and of what has a title, in each language. */
function namesIn({ controllers = [], texts = {} }: Names): Map<string, string> {
  const names = new Map(controllers.map(({ id, name, email }) => [`controller ${id}`, `${name}, ${email}`]));
  for (const [group, ids] of Object.entries(texts)) {
    for (const [id, locales] of Object.entries(ids ?? {})) {
      for (const [locale, text] of Object.entries(locales ?? {})) if (text?.title !== undefined) names.set(`${group} ${id} (${locale})`, text.title);
    }
  }
  return names;
}

/** What stands in both catalogues under another name. */
export function renamedIn(before: Names, next: Names): Renamed[] {
  const names = namesIn(next);
  return [...namesIn(before)].flatMap(([what, name]) => {
    const now = names.get(what);
    return now === undefined || now === name ? [] : [{ what, before: name, now }];
  });
}
