type Env = Readonly<Record<string, string | undefined>>;

/** A variable without which a program cannot do its work; an empty one is none. Throws an Error that names it, and says what it is. */
export function demandIn(env: Env, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing: ${what}`);
  return value;
}

/** A port, 0 to 65,535; 0 lets the system choose a free one. Throws an Error that names the variable. */
export function portIn(env: Env, name: string, otherwise: number): number {
  const value = Number(env[name] || otherwise);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${name} is no port: ${env[name]}`);
  return value;
}

/** A base URL, without slashes at its end. Throws an Error that names the variable. */
export function baseUrlIn(env: Env, name: string, otherwise: string): string {
  const text = env[name] || otherwise;
  if (!URL.canParse(text)) throw new Error(`${name} is no URL: ${text}`);
  return text.replace(/\/+$/, '');
}
