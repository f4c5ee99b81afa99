import { createHash, createPublicKey, verify } from 'node:crypto';

interface Field {
  name: string;
  /** As it stands in the mail, the name included, without the last line end. */
  text: string;
}

export interface Signed {
  domain: string;
  selector: string;
  /** Names of the header fields that the signature covers, in lower case. */
  covered: string[];
}

/** Header fields in order, and the body (RFC 5322). */
function partsOf(mail: string): { fields: Field[]; body: string } {
  const end = mail.indexOf('\r\n\r\n');
  const texts = mail.slice(0, end).split(/\r\n(?![ \t])/);
  return { fields: texts.map((text) => ({ name: text.slice(0, text.indexOf(':')).trim().toLowerCase(), text })), body: mail.slice(end + 4) };
}

/** RFC 6376, section 3.4.2. */
function relaxedField({ name, text }: Field): string {
  const value = text.slice(text.indexOf(':') + 1).replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim();
  return `${name}:${value}`;
}

/** RFC 6376, section 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
}

function tagsOf(text: string): Map<string, string> {
  const pairs = text.split(';').map((tag) => tag.trim()).filter(Boolean);
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).replace(/\s+/g, '')]));
}

/** The fields that `h=` names, each occurrence from the last one upwards (RFC 6376, section 5.4.2). */
function coveredFields(fields: Field[], names: string[]): string[] {
  const left = [...fields].reverse();
  return names.flatMap((name) => {
    const at = left.findIndex((field) => field.name === name);
    return at < 0 ? [] : left.splice(at, 1).map(relaxedField);
  });
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`DKIM: ${what}`);
}

/**
 * Verifies the one DKIM signature of a mail by what RFC 6376 says (relaxed/relaxed, rsa-sha256), with the text of the DNS record that
 * would be fetched. Shares no code with what signs. Throws what does not hold.
 */
export function verifyDkim(mail: Buffer, record: string): Signed {
  const { fields, body } = partsOf(mail.toString('latin1'));
  const signatures = fields.filter(({ name }) => name === 'dkim-signature');
  must(signatures.length === 1, `${signatures.length} signatures`);
  const [signature] = signatures as [Field];
  const tags = tagsOf(signature.text.slice(signature.text.indexOf(':') + 1).replace(/\r\n/g, ''));
  const tag = (name: string): string => tags.get(name) ?? '';
  must(tag('v') === '1' && tag('a') === 'rsa-sha256' && tag('c') === 'relaxed/relaxed', `v=${tag('v')} a=${tag('a')} c=${tag('c')}`);
  must(createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64') === tag('bh'), 'the body is another one');
  const covered = tag('h').toLowerCase().split(':');
  const own = relaxedField({ ...signature, text: signature.text.replace(/(;[ \t\r\n]*b=)[^;]*/, '$1') });
  const signed = [...coveredFields(fields.filter((field) => field !== signature), covered), own].join('\r\n');
  const key = createPublicKey({ key: Buffer.from(tagsOf(record).get('p') ?? '', 'base64'), format: 'der', type: 'spki' });
  must(verify('RSA-SHA256', Buffer.from(signed, 'latin1'), key, Buffer.from(tag('b'), 'base64')), 'the signature does not fit');
  return { domain: tag('d'), selector: tag('s'), covered };
}
