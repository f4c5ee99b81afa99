/**
 * Whether a body is the one of RFC 8058, section 3.1: the pair List-Unsubscribe=One-Click, as a form or as form data. Any other body is a
 * press of the page's button, which ends the same.
 */
export function isOneClick(body: unknown): boolean {
  if (typeof body !== 'string') return false;
  if (new URLSearchParams(body).get('List-Unsubscribe') === 'One-Click') return true;
  return /\bname="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n/i.test(body);
}
