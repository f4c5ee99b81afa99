import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';

/** An answer that is made once and sent often. */
export interface Zipped {
  plain: Buffer;
  zipped: Buffer;
  etag: string;
}

/** What a browser says of what it has, and of what it takes. */
export interface Asked {
  'if-none-match'?: string;
  'accept-encoding'?: string;
}

const zip = promisify(gzip);

export async function zippedOf(plain: Buffer): Promise<Zipped> {
  return { plain, zipped: await zip(plain, { level: 9 }), etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` };
}

/** Sends it zipped to whoever takes that, and nothing to whoever has it. `vary` names what else it hangs on. */
export function sendZipped(reply: FastifyReply, file: Zipped, asked: Asked, { type, caching, vary = [] }: { type: string; caching: string; vary?: string[] }): void {
  const zipped = /\bgzip\b/.test(asked['accept-encoding'] ?? '');
  const etag = zipped ? file.etag.replace(/"$/, '-gzip"') : file.etag;
  reply.headers({ etag, 'cache-control': caching, vary: [...vary, 'Accept-Encoding'].join(', '), 'cross-origin-resource-policy': 'cross-origin' });
  if (asked['if-none-match']?.split(/,\s*/).some((one) => one.replace(/^W\//, '') === etag)) return void reply.status(304).send();
  if (zipped) reply.header('content-encoding', 'gzip');
  void reply.type(`${type}; charset=utf-8`).send(zipped ? file.zipped : file.plain);
}
