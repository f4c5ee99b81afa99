import { LogFolder } from '#log-folder';
import { tilePath, type Tile } from '#proof';
import { CliError } from '../installation.js';

/** A log to read: its folder, or where it is served. */
export interface LogSource {
  checkpoint(): Promise<string | undefined>;
  /** Undefined where the tile is not there. */
  tile(tile: Tile): Promise<Uint8Array | undefined>;
}

export interface Reader {
  /** A key with the scope audit:read: entries are served to nobody else. */
  apiKey?: string;
  reason?: string;
}

const MISSING = new Set([404, 410]);

function served(base: URL, { apiKey, reason }: Reader): LogSource {
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Uint8Array | undefined> => {
    const answer = await fetch(new URL(path, base), { headers, redirect: 'error', signal: AbortSignal.timeout(30_000) }).catch((error: Error) => {
      throw new CliError(`${base.href}${path} cannot be reached: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    if (MISSING.has(answer.status)) return undefined;
    if (!answer.ok) throw new CliError(`${base.href}${path} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const authorised = { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...(reason && { 'samtycke-reason': reason }) };
  return {
    checkpoint: async () => {
      const bytes = await get('checkpoint');
      return bytes && new TextDecoder().decode(bytes);
    },
    tile: (tile) => get(tilePath(tile), tile.level === 'entries' ? authorised : {}),
  };
}

/** The log at a folder's path, or at the URL of its prefix (`…/log`). */
export function openLog(where: string, reader: Reader): LogSource {
  if (!/^https?:\/\//.test(where)) return new LogFolder(where);
  return served(new URL(where.endsWith('/') ? where : `${where}/`), reader);
}
