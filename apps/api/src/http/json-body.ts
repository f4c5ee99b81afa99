import { ProblemError } from './problem.js';

const MAX_DEPTH = 8;
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/** How many member names the text writes; more than the parsed value has means that one stood twice. */
function namesIn(text: string): number {
  let names = 0;
  for (const match of text.matchAll(STRINGS)) if (match[1] !== undefined) names += 1;
  return names;
}

function checkText(text: string): void {
  if (text.includes('\0')) throw new ProblemError(400, 'invalid_text', 'a text holds a NUL character');
  if (!text.isWellFormed()) throw new ProblemError(400, 'invalid_text', 'a text holds half of a surrogate pair');
}

/** Counts the members of a parsed value, and refuses what no part of the api takes: depth, NUL, lone surrogates. */
function membersOf(value: unknown, depth: number): number {
  if (typeof value === 'string') checkText(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw new ProblemError(400, 'too_deep', `the body is nested deeper than ${MAX_DEPTH} levels`);
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersOf(item, depth + 1);
    return members;
  }
  for (const [name, member] of Object.entries(value)) {
    checkText(name);
    members += 1 + membersOf(member, depth + 1);
  }
  return members;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads a JSON body (RFC 8259, UTF-8). Beyond JSON.parse it refuses duplicate member names, more than eight levels, NUL
 * and lone surrogates: each of them could mean one thing here and another elsewhere.
 */
export function parseJsonBody(body: Buffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(body);
    value = JSON.parse(text);
  } catch {
    throw new ProblemError(400, 'malformed_json', 'the body is not JSON in UTF-8');
  }
  const members = membersOf(value, 1);
  if (namesIn(text) !== members) throw new ProblemError(400, 'duplicate_key', 'a member name stands twice in one object');
  return value;
}
