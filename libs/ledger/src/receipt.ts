const BYTES = 16;
const MAX_HOLDERS = 16;

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** What a receipt is about: the events that one call wrote for these holders. */
export interface ReceiptOf {
  request: string;
  people: string[];
}

/** The id of a call's receipt. It holds what leads to its events: no table of receipts, and no search over all people. */
export function receiptId({ request, people }: ReceiptOf): string {
  const holders = [...new Set(people)].slice(0, MAX_HOLDERS);
  return Buffer.concat([request, ...holders].map(bytesOf)).toString('base64url');
}

/** What an id of a receipt stands for; undefined for every text that `receiptId` would not write. */
export function parseReceiptId(id: string): ReceiptOf | undefined {
  const bytes = Buffer.from(id, 'base64url');
  const count = bytes.length / BYTES;
  if (!Number.isInteger(count) || count < 2 || count > MAX_HOLDERS + 1 || bytes.toString('base64url') !== id) return undefined;
  const [request = '', ...people] = Array.from({ length: count }, (_, at) => uuidOf(bytes.subarray(at * BYTES, (at + 1) * BYTES)));
  return { request, people };
}
