import { toHex } from '../base64.js';
import type { PackedEvent } from './check-chain.js';
import { definitionFile, noticeFile, type PackFiles } from './layout.js';
import { readObject } from './read-file.js';
import type { Findings, Primitives } from './report.js';

function checkNotice(found: Findings, files: PackFiles, { sha256 }: Primitives, { event, where }: PackedEvent): string | undefined {
  const { notice } = event;
  if (!notice) return undefined;
  const name = noticeFile(notice);
  const bytes = files.get(name);
  const said = `${notice.id} ${notice.version} (${notice.locale})`;
  if (!bytes) found.fails(`the text that was shown, ${said}, is missing`, where);
  else if (toHex(sha256(bytes)) !== notice.sha256) found.fails(`the text of ${said} is not the one that was shown: it has another hash than the event names`, where);
  else {
    const { id, version, locale } = readObject(files, name);
    if (id !== notice.id || version !== notice.version || locale !== notice.locale) found.fails(`${name} is another text than its name says`, where);
  }
  return name;
}

function checkDefinition(found: Findings, files: PackFiles, { sha256 }: Primitives, { event, where }: PackedEvent): string | undefined {
  if (event.definition === undefined) return undefined;
  const name = definitionFile(event.definition);
  const bytes = files.get(name);
  if (!bytes) found.fails('what the purpose meant is missing', where);
  else if (toHex(sha256(bytes)) !== event.definition) found.fails('what the purpose meant is not what the event names', where);
  return name;
}

const namesOf = (names: (string | undefined)[]): number => new Set(names.filter((name) => name !== undefined)).size;

/** Every text that an event says was shown, and every meaning of a purpose that it names, is in the pack by exactly that hash. */
export function checkTexts(found: Findings, files: PackFiles, primitives: Primitives, events: PackedEvent[]): void {
  found.check('the texts', () => namesOf(events.map((one) => checkNotice(found, files, primitives, one))), (count) => (count > 0 ? `${count === 1 ? 'the text that was shown has' : `the ${count} texts that were shown have`} the hash that the events name` : undefined));
  found.check('the purposes', () => namesOf(events.map((one) => checkDefinition(found, files, primitives, one))), (count) => (count > 0 ? `what ${count === 1 ? 'the purpose' : `the ${count} purposes`} meant has the hash that the events name` : undefined));
}
