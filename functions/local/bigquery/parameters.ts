/** Named parameters as jobs carry them, in the translator's terms. */
import { z } from 'zod';
import type { Parameter } from '../../ports/warehouse.ts';
import { BigQueryFailure, invalid, notServed } from './errors.ts';

export const queryParameter = z.strictObject({
  // Positional ones have none.
  name: z.string().default(''),
  parameterType: z.strictObject({
    type: z.string(),
    arrayType: z.strictObject({ type: z.string() }).optional(),
  }),
  parameterValue: z.strictObject({
    // The client sends numbers and booleans as they are.
    value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
    arrayValues: z.array(z.strictObject({ value: z.string() })).optional(),
  }),
});
type QueryParameter = z.infer<typeof queryParameter>;

function parameterOf({ name, parameterType, parameterValue }: QueryParameter): Parameter {
  const { type, arrayType } = parameterType;
  if (type === 'ARRAY' && arrayType?.type !== 'STRING') {
    throw notServed(`ARRAY<${arrayType?.type}>, the type of parameter ${name}`);
  }
  if (type === 'ARRAY') return (parameterValue.arrayValues ?? []).map(({ value }) => value);
  if (parameterValue.value === null || parameterValue.value === undefined) {
    throw notServed(`NULL, the value of parameter ${name}`);
  }
  const value = String(parameterValue.value);
  const refused = (): never => {
    throw invalid(`Invalid value for type ${type}: "${value}" of parameter ${name}`);
  };
  switch (type) {
    case 'STRING':
      return value;
    case 'INT64':
      return /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))
        ? Number(value)
        : refused();
    case 'FLOAT64':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : refused();
    case 'BOOL':
      return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : refused();
    case 'DATE':
      return { date: value };
    case 'TIMESTAMP':
      // Without a zone an instant is in UTC.
      return {
        timestamp: /(Z|[+-]\d\d(:?\d\d)?)$/.test(value)
          ? value.replace(/([+-]\d\d)$/, '$1:00')
          : `${value}Z`,
      };
    default:
      throw notServed(`${type}, the type of parameter ${name}`);
  }
}

/** @throws BigQueryFailure for a value that its type cannot hold, and for a name given twice */
export function parametersOf(given: readonly QueryParameter[]): Record<string, Parameter> {
  const parameters: Record<string, Parameter> = {};
  for (const parameter of given) {
    if (Object.hasOwn(parameters, parameter.name)) {
      throw new BigQueryFailure('invalidQuery', `Duplicate parameter name: ${parameter.name}`);
    }
    parameters[parameter.name] = parameterOf(parameter);
  }
  return parameters;
}
