/** Name of the session's cookie; over HTTPS a browser takes it from this host alone. */
export const sessionCookie = (secure: boolean): string => (secure ? '__Host-samtycke-session' : 'samtycke-session');
export const LANGUAGE_COOKIE = 'samtycke-language';

/** The value of a cookie in a Cookie header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...value] = part.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return undefined;
}

export interface CookieSettings {
  /** In seconds; 0 deletes the cookie. */
  maxAge: number;
  secure: boolean;
}

/** A Set-Cookie value that scripts cannot read and other sites cannot make a browser send with a POST. */
export const cookie = (name: string, value: string, { maxAge, secure }: CookieSettings): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
