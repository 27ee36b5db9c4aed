/** Values as the plugin protocol carries them: msgpack, where "not known yet" is an extension. */
import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';
import type { BlockSchema } from './schema.ts';

class UnknownValue {
  toJSON(): string {
    return '(known after apply)';
  }
}

/** The value of what is only known after apply. */
export const unknown = new UnknownValue();

export type Value = string | number | boolean | null | UnknownValue | Value[] | Values;
export interface Values {
  [name: string]: Value;
}

const codec = new ExtensionCodec();
codec.register({
  type: 0,
  encode: (value) => (value instanceof UnknownValue ? Uint8Array.of(0) : null),
  decode: () => unknown,
});
// Unknown with refinements, such as "not null": what is refined does not matter here.
codec.register({ type: 12, encode: () => null, decode: () => unknown });

export const isUnknown = (value: unknown): value is UnknownValue => value instanceof UnknownValue;

export function decodeValue(message: { msgpack?: Uint8Array } | null): Values | null {
  const bytes = message?.msgpack;
  if (!bytes || bytes.length === 0) return null;
  return decode(bytes, { extensionCodec: codec }) as Values | null;
}

export function encodeValue(value: Value): { msgpack: Buffer } {
  return { msgpack: Buffer.from(encode(value, { extensionCodec: codec })) };
}

/** Nested blocks of a value, whatever their nesting mode. */
export function blocksIn(value: Value | undefined): Values[] {
  if (Array.isArray(value)) return value as Values[];
  return value && typeof value === 'object' && !isUnknown(value) ? [value as Values] : [];
}

/** The first of the blocks named so. */
export function blockIn(values: Values, name: string): Values | undefined {
  return blocksIn(values[name])[0];
}

export const textIn = (values: Values | undefined, name: string): string => {
  const value = values?.[name];
  return typeof value === 'string' ? value : '';
};

export const textsIn = (values: Values | undefined, name: string): string[] => {
  const value = values?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/**
 * A copy with every attribute replaced by what `change` makes of it.
 * @param change gets the attribute's value, its schema and its path such as `a.0.b`
 */
export function mapAttributes(
  schema: BlockSchema,
  values: Values,
  change: (
    value: Value,
    attribute: NonNullable<BlockSchema['attributes']>[string],
    path: string,
  ) => Value,
  path = '',
): Values {
  const result: Values = {};
  for (const [name, attribute] of Object.entries(schema.attributes ?? {})) {
    result[name] = change(values[name] ?? null, attribute, path + name);
  }
  for (const [name, nested] of Object.entries(schema.block_types ?? {})) {
    const value = values[name] ?? null;
    const inner = (block: Values, index: string): Values =>
      mapAttributes(nested.block, block, change, `${path}${name}.${index}`);
    if (Array.isArray(value)) {
      result[name] = value.map((block, index) => inner(block as Values, `${index}.`));
    } else if (value && typeof value === 'object' && !isUnknown(value)) {
      result[name] = inner(value, '');
    } else result[name] = value;
  }
  return result;
}

/** The value at a path such as `a.0.b`. */
export function valueAt(values: Values | null, path: string): Value {
  let value: Value = values;
  for (const step of path.split('.')) {
    if (value === null || typeof value !== 'object' || isUnknown(value)) return null;
    value = (value as Values)[step] ?? null;
  }
  return value;
}
