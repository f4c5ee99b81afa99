type Fields = Record<string, unknown>;

const KEY = /^[\w-]{8,64}$/;
const COUNTRY = /^[A-Z]{2}$/;
const ID = /^[0-9a-f-]{36}$/;
const LONGEST = 4_000;

/** The grounds of a restriction, as GDPR 18(1) names them. */
export const GROUNDS = ['a', 'b', 'c', 'd'] as const;
export type Ground = (typeof GROUNDS)[number];

const fieldsOf = (body: unknown): Fields => (body ?? {}) as Fields;
const matching = (fields: Fields, name: string, form: RegExp): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && form.test(value) ? value : undefined;
};

/** The key of the action; a form without one is none of the portal's. */
export const keyIn = (body: unknown): string | undefined => matching(fieldsOf(body), 'key', KEY);

/** What somebody wrote, its lines ended as the field counts them; undefined where it is empty. Longer than the field allows is cut. */
export function wordsIn(body: unknown): string | undefined {
  const { text } = fieldsOf(body);
  const words = typeof text === 'string' ? text.replaceAll('\0', '').replace(/\r\n?/g, '\n').trim().slice(0, LONGEST).toWellFormed() : '';
  return words === '' ? undefined : words;
}

export const groundIn = (body: unknown): Ground | undefined => GROUNDS.find((one) => one === fieldsOf(body).ground);
export const countryIn = (body: unknown): string | undefined => matching(fieldsOf(body), 'country', COUNTRY);
export const identifierIn = (body: unknown, name: 'identifier' | 'replaces'): string | undefined => matching(fieldsOf(body), name, ID);
export const isTicked = (body: unknown, name: string): boolean => fieldsOf(body)[name] === 'yes';
/** A code as somebody typed it, without what stands between its digits. */
export const codeIn = (body: unknown): string => String(fieldsOf(body).code ?? '').slice(0, 40).replaceAll(/\D/g, '');
export const emailIn = (body: unknown): unknown => fieldsOf(body).email;
export const formIn = (body: unknown): 'json' | 'page' => (fieldsOf(body).form === 'page' ? 'page' : 'json');
