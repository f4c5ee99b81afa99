import { keyName } from '../key-change.js';
import { sameBytes } from '../merkle-verify.js';
import { isSignedBy, parseNote, type Note, type Verifier } from '../signed-note.js';
import type { RoleKeys } from './check-key-changes.js';
import { CHECKPOINT, isEarlierCheckpoint, STATEMENT, type PackFiles } from './layout.js';
import { need, textOf } from './read-file.js';
import type { Findings, Primitives } from './report.js';

const namesOf = (keys: readonly Verifier[]): string => keys.map(keyName).join(', ');

/** The checkpoints that can be read; of the others it is said elsewhere. */
function notesOf(files: PackFiles): Note[] {
  const names = [...files.keys()].filter((name) => name === CHECKPOINT || isEarlierCheckpoint(name));
  return names.flatMap((name) => {
    try {
      return [parseNote(textOf(need(files, name)))];
    } catch {
      return [];
    }
  });
}

/**
 * A key that was replaced signs no statement alone: its owner of today may have stolen it. That the key was changed is said by
 * the changes in the pack, or by a key that signed a checkpoint of it already: a change to a key of the thief's own leads away from that
 * one. A pack of before the change shows neither.
 */
export function checkSigners(found: Findings, files: PackFiles, { trusted, replaced, newest }: RoleKeys, { check }: Primitives): void {
  const statement = parseNote(textOf(need(files, STATEMENT)));
  if (newest && !isSignedBy(statement, newest, check)) return found.fails(`the statement is not signed by ${keyName(newest)}, to which the key was changed before it was made: a key that was replaced signs alone`);
  const others = trusted.filter((key) => !isSignedBy(statement, key, check) && !replaced.some((id) => sameBytes(id, key.id)));
  const before = others.filter((key) => notesOf(files).some((note) => isSignedBy(note, key, check)));
  if (before.length > 0) found.fails(`the statement is not signed by ${namesOf(before)}, which signed a checkpoint of this pack before: a key that was replaced signs alone`);
  else if (others.length > 0 && !newest) found.open(`the statement is signed by ${namesOf(trusted.filter((key) => !others.includes(key)))} alone, and the pack holds no change of the key: where that key was replaced before the pack was made, ask for a newer pack`);
}
