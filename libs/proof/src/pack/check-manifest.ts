import { toHex } from '../base64.js';
import { MANIFEST, STATEMENT, type PackFiles } from './layout.js';
import { need, readList } from './read-file.js';
import type { Findings, Primitives } from './report.js';
import type { Statement } from './statement.js';

function checkListed(found: Findings, files: PackFiles, { sha256 }: Primitives): Set<string> {
  const listed = new Set([MANIFEST, STATEMENT]);
  for (const entry of readList(files, MANIFEST, 'files')) {
    const name = String(entry.name);
    if (listed.has(name)) found.fails(`${name} stands twice in the manifest`);
    listed.add(name);
    const bytes = files.get(name);
    if (!bytes) found.fails(`the file ${name} is missing`);
    else if (toHex(sha256(bytes)) !== entry.sha256 || bytes.length !== entry.size) found.fails(`the file ${name} is not the one that was put into the pack`);
  }
  return listed;
}

/** That the pack has exactly the files that the signed statement stands for, byte for byte. */
export function checkManifest(found: Findings, files: PackFiles, primitives: Primitives, statement: Statement | undefined): void {
  found.check(
    'the files',
    () => {
      const hash = toHex(primitives.sha256(need(files, MANIFEST)));
      if (statement && hash !== statement.manifest) found.fails('the manifest is not the one that was signed');
      const listed = checkListed(found, files, primitives);
      for (const name of files.keys()) if (!listed.has(name)) found.fails(`the file ${name} is not in the manifest: it was added later`);
      return listed.size;
    },
    (count) => (statement ? `the ${count} files of the pack are exactly those that were put into it` : undefined),
  );
}
