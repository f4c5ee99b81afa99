import type { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { turnToMaster, uuidv7 } from '#ledger';
import { open, seal, type PersonKeys } from '#vault';
import { ProblemError } from '../http/problem.js';
import { mediaOf, SIGNATURE_BYTES, type Media } from './media.js';

export const MAX_FILE_BYTES = 15 * 1024 * 1024;
const PART_BYTES = 256 * 1024;

export interface Upload {
  id: string;
  media: Media;
  size: number;
}

interface UploadRow {
  id: string;
  master: string;
  wrapped: Buffer;
  size: number;
}

const BEGIN = 'INSERT INTO uploads (ledger, id, owner, master, wrapped, media, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)';
const PART = 'INSERT INTO upload_parts (ledger, upload, number, sealed) VALUES ($1, $2, $3, $4)';
const END = 'UPDATE uploads SET size = $3 WHERE ledger = $1 AND id = $2';
const FIND = 'SELECT id, master, wrapped, size FROM uploads WHERE ledger = $1 AND id = $2 AND owner = $3 AND size IS NOT NULL';
const READ = 'SELECT sealed FROM upload_parts WHERE ledger = $1 AND upload = $2 AND number = $3';
/** Both at once: who reads it meanwhile finds it whole, or not at all. */
const REMOVE = 'WITH parts AS (DELETE FROM upload_parts WHERE ledger = $1 AND upload = $2) DELETE FROM uploads WHERE ledger = $1 AND id = $2';

const tooLarge = (): ProblemError => new ProblemError(413, 'file_too_large', `a file has at most ${MAX_FILE_BYTES / 1024 / 1024} MB`);
const badType = (): ProblemError => new ProblemError(415, 'file_type_unknown', 'a file is a PDF, JPEG or PNG by its content');

/** The stream in pieces of `PART_BYTES`, the last one smaller; throws where it breaks off or grows too large. */
async function* partsOf(stream: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let held = 0;
  let size = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_FILE_BYTES) throw tooLarge();
    waiting.push(bytes);
    held += bytes.length;
    if (held < PART_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    held = 0;
  }
  if (held > 0) yield Buffer.concat(waiting);
}

/**
 * Files on their way to an event: each sealed, part by part as it comes in, with a key of its own that ends with it. In
 * memory lies one part (256 KiB) and its sealed copy for each upload. What breaks off leaves nothing; what no event takes
 * within 24 hours is removed by the worker.
 */
export class Uploads {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly origin: string,
    private readonly keys: PersonKeys,
  ) {}

  /** Takes a file in. 413, 415 or 400 where it is too large, of another type, empty, or breaks off. */
  async take(stream: Readable, owner: string): Promise<Upload> {
    const id = uuidv7();
    let begun: { upload: Upload; key: Buffer } | undefined;
    try {
      let number = 0;
      for await (const part of partsOf(stream)) {
        begun ??= await this.begin(id, owner, part);
        await this.pool.query(PART, [this.ledger, id, number, seal(begun.key, this.place(id, number), part)]);
        begun.upload.size += part.length;
        number += 1;
      }
      const upload = begun?.upload;
      if (!upload) throw new ProblemError(400, 'file_empty', 'the file holds nothing');
      await this.pool.query(END, [this.ledger, id, upload.size]);
      return upload;
    } catch (error) {
      await this.remove(id);
      throw isBroken(error) ? new ProblemError(400, 'file_incomplete', 'the upload broke off') : error;
    }
  }

  private async begin(id: string, owner: string, first: Buffer): Promise<{ upload: Upload; key: Buffer }> {
    const media = mediaOf(first.subarray(0, SIGNATURE_BYTES));
    if (!media) throw badType();
    await turnToMaster(this.pool, this.ledger, this.keys);
    const { key, stored } = this.keys.make(id);
    await this.pool.query(BEGIN, [this.ledger, id, owner, stored.master, stored.wrapped, media, new Date()]);
    return { upload: { id, media, size: 0 }, key };
  }

  /** How large an upload of this owner is; undefined where there is none, or it never came whole. */
  async sizeOf(id: string, owner: string): Promise<number | undefined> {
    return (await this.find(id, owner))?.size;
  }

  /** The whole file; undefined where there is no such upload of this owner, or it went while it was read. */
  async read(id: string, owner: string): Promise<Buffer | undefined> {
    const row = await this.find(id, owner);
    if (!row) return undefined;
    const key = this.keys.unwrap(id, row);
    const file = Buffer.allocUnsafe(row.size);
    for (let at = 0, number = 0; at < row.size; number += 1) {
      const part = await this.part(key, id, number);
      if (!part) return undefined;
      at += part.copy(file, at);
    }
    return file;
  }

  private async find(id: string, owner: string): Promise<UploadRow | undefined> {
    return (await this.pool.query<UploadRow>(FIND, [this.ledger, id, owner])).rows[0];
  }

  private async part(key: Buffer, id: string, number: number): Promise<Buffer | undefined> {
    const { rows } = await this.pool.query<{ sealed: Buffer }>(READ, [this.ledger, id, number]);
    return rows[0] && open(key, this.place(id, number), rows[0].sealed);
  }

  async remove(id: string): Promise<void> {
    await this.pool.query(REMOVE, [this.ledger, id]);
  }

  private place(id: string, number: number): string {
    return `${this.origin}|upload|${id}|${number}`;
  }
}

/** Whether the sender went away or sent less than he said. */
const isBroken = (error: unknown): boolean => ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'].includes(String((error as { code?: unknown }).code));

/** One after the other: files lie in memory whole while they are sealed or shown, so only one does at a time. */
export class FileTurn {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
