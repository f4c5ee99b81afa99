import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { withoutNulls } from './nulls.js';
import { ProblemError } from './problem.js';

interface Fault {
  path: string;
  message: string;
}

function faultsIn(errors: ValidationError[], prefix = ''): Fault[] {
  return errors.flatMap((error) => {
    const path = prefix === '' ? error.property : `${prefix}.${error.property}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
    return [...own, ...faultsIn(error.children ?? [], path)];
  });
}

/** A body that does not fit its class: 400 with every fault and where it stands. Values are never repeated. */
export function invalidBody(errors: ValidationError[]): ProblemError {
  const faults = faultsIn(errors).slice(0, 20);
  return new ProblemError(400, 'invalid_body', faults[0]?.message ?? 'the body does not fit', { errors: faults });
}

class BodyValidation extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return super.transform(metadata.type === 'body' ? withoutNulls(value, metadata.metatype) : value, metadata);
  }
}

/** class-validator on every body and query: unknown members are refused, nothing is converted in silence. */
export const validation = (): ValidationPipe =>
  new BodyValidation({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: invalidBody,
  });
