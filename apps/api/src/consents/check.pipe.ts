import { Injectable, type PipeTransform } from '@nestjs/common';
import { CompiledBodies } from '../http/compiled-body.js';
import { validation } from '../http/validation.js';
import { CheckBody, ChecksBody } from './body.js';

/** The body of /v1/check is one question or a list of them: each is validated by its own class. */
@Injectable()
export class CheckPipe implements PipeTransform {
  private readonly slow = validation();
  constructor(private readonly compiled: CompiledBodies) {}

  transform(body: unknown): CheckBody | ChecksBody | Promise<CheckBody | ChecksBody> {
    const metatype = typeof body === 'object' && body !== null && 'checks' in body ? ChecksBody : CheckBody;
    if (this.compiled.accepts(metatype.name, body)) return body as CheckBody | ChecksBody;
    return this.slow.transform(body, { type: 'body', metatype }) as Promise<CheckBody | ChecksBody>;
  }
}
