/** What an evidence file may be: a scan or photo of a paper form, a recording's written note. */
export type Media = 'application/pdf' | 'image/jpeg' | 'image/png';

const SIGNATURES: [Media, Buffer][] = [
  ['application/pdf', Buffer.from('%PDF-', 'latin1')],
  ['image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
];

/** Bytes at the beginning that tell a file's type. */
export const SIGNATURE_BYTES = 8;

export const ENDINGS: Record<Media, string> = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' };

/** A file's type by its content (ISO 32000-1, 7.5.2; ITU-T T.81, B.1.1.3; PNG, 5.2), whatever it is called; undefined where it is none of these. */
export const mediaOf = (head: Uint8Array): Media | undefined =>
  SIGNATURES.find(([, signature]) => signature.equals(head.subarray(0, signature.length)))?.[0];
