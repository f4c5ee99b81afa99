import { createHash } from 'node:crypto';
import { canonicalBytes } from '#proof';
import type { Catalogue } from './catalogue.js';
import type { NoticeDocument } from './notice.js';
import type { Purpose } from './purpose.js';

const sha256Hex = (value: unknown): string => createHash('sha256').update(canonicalBytes(value)).digest('hex');

/** The definition of a purpose: SHA-256 of its RFC 8785 bytes, lower-case hex. */
export const definitionOf = (purpose: Purpose): string => sha256Hex(purpose);

/** The notice hash: SHA-256 of the document's RFC 8785 bytes, lower-case hex. */
export const noticeHash = (document: NoticeDocument): string => sha256Hex(document);

/** SHA-256 of the whole catalogue's RFC 8785 bytes, lower-case hex: any change of it, texts included, is another hash. */
export const catalogueHash = (catalogue: Catalogue): string => sha256Hex(catalogue);
