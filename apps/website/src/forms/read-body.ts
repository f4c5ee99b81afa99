export interface SentFile {
  name: string;
  bytes: Buffer;
}

/** What a form sent, by the names of its fields; nothing is checked yet. */
export interface SentFields {
  text(name: string): string;
  all(name: string): string[];
  files(name: string): SentFile[];
}

async function filesOf(data: FormData): Promise<[string, SentFile][]> {
  const named = [...data].filter((entry): entry is [string, File] => typeof entry[1] !== 'string' && entry[1].size > 0);
  return Promise.all(named.map(async ([name, file]): Promise<[string, SentFile]> => [name, { name: file.name, bytes: Buffer.from(await file.arrayBuffer()) }]));
}

/** Reads `application/x-www-form-urlencoded` or `multipart/form-data`; undefined where the bytes are neither. */
export async function readBody(body: unknown, contentType: string | undefined): Promise<SentFields | undefined> {
  if (!Buffer.isBuffer(body) || !contentType) return undefined;
  const data = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData().catch(() => undefined);
  if (!data) return undefined;
  const files = await filesOf(data);
  const texts = (name: string): string[] => data.getAll(name).filter((value) => typeof value === 'string');
  return {
    text: (name) => (texts(name)[0] ?? '').replace(/\r\n?/g, '\n').trim(),
    all: texts,
    files: (name) => files.filter(([of]) => of === name).map(([, file]) => file),
  };
}
