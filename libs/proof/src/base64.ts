const CHUNK = 8_192;

/** Standard base64 (RFC 4648 section 4), with what Node and every browser has. */
export function toBase64(bytes: Uint8Array): string {
  let letters = '';
  for (let at = 0; at < bytes.length; at += CHUNK) letters += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(letters);
}

/** The bytes of a base64 text; undefined unless it is written exactly as `toBase64` writes them. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const letters = atob(text);
    if (btoa(letters) !== text) return undefined;
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
