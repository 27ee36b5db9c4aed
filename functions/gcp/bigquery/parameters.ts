/** Values of named parameters, each with its type: the client would guess some of them. */
import { code, Rejected } from '../../errors.ts';
import { calendarDate, utcInstant } from '../../ports/googlesql-text.ts';
import type { Parameter } from '../../ports/warehouse.ts';

export interface QueryParameter {
  name: string;
  parameterType: { type: string; arrayType?: { type: string } };
  parameterValue: { value?: string; arrayValues?: { value: string }[] };
}

const scalar = (type: string, value: string): Omit<QueryParameter, 'name'> => ({
  parameterType: { type },
  parameterValue: { value },
});

function typed(name: string, value: Parameter): Omit<QueryParameter, 'name'> {
  if (typeof value === 'string') return scalar('STRING', value);
  if (typeof value === 'boolean') return scalar('BOOL', String(value));
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new Rejected(code.badRequest, `bigquery: @${name} is no finite number`);
    }
    return scalar(Number.isSafeInteger(value) ? 'INT64' : 'FLOAT64', String(value));
  }
  if ('date' in value) return scalar('DATE', calendarDate(value.date));
  if ('timestamp' in value) return scalar('TIMESTAMP', utcInstant(value.timestamp));
  return {
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRING' } },
    parameterValue: { arrayValues: value.map((text) => ({ value: text })) },
  };
}

/** @throws Rejected `bad-request` for a value that is none */
export const queryParameters = (
  parameters: Readonly<Record<string, Parameter>>,
): QueryParameter[] =>
  Object.entries(parameters).map(([name, value]) => ({ name, ...typed(name, value) }));
