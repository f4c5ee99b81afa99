import { databaseUrl } from './installation.js';

interface Problem {
  message?: string;
  code?: string;
  path?: string;
  address?: string;
  port?: number;
  errors?: Problem[];
}

/** PostgreSQL's codes for a table, schema or column that is not there. */
const OTHER_TABLES = new Set(['42P01', '3F000', '42703']);
const NO_DATABASE = '3D000';
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

const database = (): string => new URL(databaseUrl()).pathname.slice(1);

/** Of the database that is meant; undefined where it is about something else. */
function aboutDatabase({ message, code = '' }: Problem): string | undefined {
  if (OTHER_TABLES.has(code)) return `the database ${database()} has not the tables of this version of Samtycke (${message}): is DATABASE_URL right? \`samtycke migrate\` makes them, or brings them up to date`;
  return code === NO_DATABASE ? `there is no database ${database()}: is DATABASE_URL right? \`samtycke migrate\` makes it` : undefined;
}

function aboutAddress({ code = '', errors: [first] = [], ...problem }: Problem): string | undefined {
  const { address = problem.address, port = problem.port } = first ?? {};
  return UNREACHABLE.has(code) && address !== undefined ? `${address}:${port} cannot be reached (${code})` : undefined;
}

/** What went wrong, for somebody who did not write this. */
export function wordsOf(error: Problem): string {
  const { message, code, path } = error;
  if (code === 'ENOENT' && path !== undefined) return `there is no file ${path}`;
  return aboutDatabase(error) ?? aboutAddress(error) ?? (message || code || 'it failed');
}
