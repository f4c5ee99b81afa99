import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Things that wait to be handed on, a file each, readable by this account alone. */
export interface Spool<T> {
  /** On the disk when this resolves, whole; in place of what was there under this id. */
  put(id: string, item: T): Promise<void>;
  get(id: string): Promise<T | undefined>;
  /** Ids of all that waits. */
  list(): Promise<string[]>;
  remove(id: string): Promise<void>;
  /** Removes what was never whole, as a kill or a full disk leaves it; nothing may be put meanwhile. */
  tidy(): Promise<void>;
}

const SUFFIX = '.json';
const DRAFT = '.new';

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

export function createSpool<T>(folder: string): Spool<T> {
  const pathOf = (id: string): string => join(folder, id + SUFFIX);
  const files = (): Promise<string[]> => readdir(folder).catch(() => []);
  return {
    async put(id, item) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = pathOf(id) + DRAFT;
      const file = await open(draft, 'w', 0o600);
      await file.writeFile(JSON.stringify(item)).then(() => file.sync()).finally(() => file.close());
      await rename(draft, pathOf(id));
      await syncFolder(folder);
    },
    get: async (id) => {
      const text = await readFile(pathOf(id), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    },
    list: async () => (await files()).filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length)),
    remove: (id) => rm(pathOf(id), { force: true }),
    async tidy() {
      for (const file of await files()) if (file.endsWith(DRAFT)) await rm(join(folder, file), { force: true });
    },
  };
}
