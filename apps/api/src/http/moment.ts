import { applyDecorators } from '@nestjs/common';
import { IsISO8601, Matches } from 'class-validator';

/** RFC 3339 with seconds, at most six decimals and an offset, of a year that is still 1 to 9999 in UTC. */
export const MOMENT = /^(?!0000|0001-01-01T.*\+|9999-12-31T.*-\d\d:\d\d$)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

/** A member that is a moment. */
export const IsMoment = (): PropertyDecorator => applyDecorators(IsISO8601({ strict: true, strictSeparator: true }), Matches(MOMENT));
