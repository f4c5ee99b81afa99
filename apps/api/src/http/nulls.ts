import type { Type } from '@nestjs/common';

/** Where @nestjs/swagger keeps what a body's members are described by. */
const DESCRIBED = 'swagger/apiModelProperties';

const isNullable = (body: Type | undefined, member: string): boolean =>
  body?.prototype !== undefined && (Reflect.getMetadata(DESCRIBED, body.prototype as object, member) as { nullable?: boolean } | undefined)?.nullable === true;

const holdsNull = (value: unknown): boolean => value === null || (typeof value === 'object' && Object.values(value).some(holdsNull));

/**
 * A body in which null is the same as absent, as many programs write it, but for the members that are described as nullable:
 * they mean something by it. What stands in a list stays.
 */
export function withoutNulls(value: unknown, body?: Type): unknown {
  return holdsNull(value) ? copyWithout(value, body) : value;
}

function copyWithout(value: unknown, body?: Type): unknown {
  if (Array.isArray(value)) return value.map((item) => copyWithout(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name, member]) => member !== null || isNullable(body, name));
  return Object.fromEntries(members.map(([name, member]) => [name, copyWithout(member)]));
}
