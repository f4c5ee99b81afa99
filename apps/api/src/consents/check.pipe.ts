import { Injectable, type PipeTransform } from '@nestjs/common';
import { validation } from '../http/validation.js';
import { CheckBody, ChecksBody } from './body.js';

/** The body of /v1/check is one question or a list of them: each is validated by its own class. */
@Injectable()
export class CheckPipe implements PipeTransform {
  private readonly pipe = validation();

  transform(body: unknown): Promise<CheckBody | ChecksBody> {
    const many = typeof body === 'object' && body !== null && 'checks' in body;
    return this.pipe.transform(body, { type: 'body', metatype: many ? ChecksBody : CheckBody }) as Promise<CheckBody | ChecksBody>;
  }
}
