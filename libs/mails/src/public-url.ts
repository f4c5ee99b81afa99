const EVERYWHERE = ['0.0.0.0', '::'];

/**
 * Where links in mails lead, without a slash at the end: PUBLIC_URL, else API_URL, else where the api listens. Throws where
 * one is no address, and where none is given and the api listens on all addresses, of which none can be written into a mail.
 */
export function readPublicUrl(env: NodeJS.ProcessEnv): string {
  const [name, text] = env.PUBLIC_URL ? ['PUBLIC_URL', env.PUBLIC_URL] : ['API_URL', env.API_URL || whereItListens(env)];
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new Error(`${name} is no address: ${text}`);
  return text.replace(/\/+$/, '');
}

function whereItListens(env: NodeJS.ProcessEnv): string {
  const host = env.HOST || '127.0.0.1';
  if (EVERYWHERE.includes(host)) throw new Error(`PUBLIC_URL is missing: where links in mails lead, such as https://consent.example.se; it cannot be told from HOST ${host}`);
  return `http://${host.includes(':') ? `[${host}]` : host}:${env.API_PORT || 8080}`;
}
