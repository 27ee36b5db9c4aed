/**
 * Operations on blocks of columns. Truth is 0 (no), 1 (yes) or 2 (unknown), combined as CEL
 * combines errors: `false && unknown` is false, `true || unknown` is true.
 * Each operation owns its result, which the next call overwrites.
 */
/** Rows of a block: its columns stay in the processor's cache. */
export const blockRows = 2048;

/** Some rows of all columns that expressions may read. At most `blockRows` rows. */
export interface Block {
  rows: number;
  /** Numbers, booleans and enum positions; NaN is missing. */
  numbers: readonly Float64Array[];
  /** Positions in the dictionary of their column, plus 1; 0 is missing. */
  texts: readonly Uint16Array[];
  /** The text itself, for the library. */
  textAt(column: number, row: number): string | null;
}

/** 0: does not hold, 1: holds, 2: unknown; by row of the block. */
export type Condition = (block: Block) => Uint8Array;
/** NaN where there is no value. */
export type Value = (block: Block) => Float64Array;

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const and = Uint8Array.of(0, 0, 0, 0, 1, 2, 0, 2, 2);
const or = Uint8Array.of(0, 1, 2, 1, 1, 1, 2, 1, 2);
const negated = Uint8Array.of(1, 0, 2);

function combined(table: Uint8Array, left: Condition, right: Condition): Condition {
  const out = new Uint8Array(blockRows);
  return (block) => {
    const a = left(block);
    const b = right(block);
    for (let i = 0; i < block.rows; i++) {
      out[i] = table[(a[i] as number) * 3 + (b[i] as number)] as number;
    }
    return out;
  };
}

export function allOf(left: Condition, right: Condition): Condition {
  return combined(and, left, right);
}

export function anyOf(left: Condition, right: Condition): Condition {
  return combined(or, left, right);
}

export function not(inner: Condition): Condition {
  const out = new Uint8Array(blockRows);
  return (block) => {
    const truth = inner(block);
    for (let i = 0; i < block.rows; i++) out[i] = negated[truth[i] as number] as number;
    return out;
  };
}

/** A boolean column as truth. */
export function truthOf(values: Value): Condition {
  const out = new Uint8Array(blockRows);
  return (block) => {
    const column = values(block);
    for (let i = 0; i < block.rows; i++) {
      const value = column[i] as number;
      out[i] = Number.isNaN(value) ? 2 : value;
    }
    return out;
  };
}

/** True where there is a value. */
export function present(values: Value): Condition {
  const out = new Uint8Array(blockRows);
  return (block) => {
    const column = values(block);
    for (let i = 0; i < block.rows; i++) {
      const value = column[i] as number;
      out[i] = +!Number.isNaN(value);
    }
    return out;
  };
}

/** A text column against one code; `missingIsKnown`: a missing text is a plain 0. */
export function compareText(
  at: number,
  code: number,
  unequal: boolean,
  missingIsKnown: boolean,
): Condition {
  const out = new Uint8Array(blockRows);
  const flip = unequal ? 1 : 0;
  const unknown = missingIsKnown ? flip ^ +(code === 0) : 2;
  return (block) => {
    const column = block.texts[at];
    if (!column) throw new Error(`the block has no text column ${at}`);
    for (let i = 0; i < block.rows; i++) {
      const value = column[i] as number;
      out[i] = value === 0 ? unknown : +(value === code) ^ flip;
    }
    return out;
  };
}

/** A number column against constants; unknown where it is missing. */
export function equalsAny(values: Value, constants: readonly number[]): Condition {
  const out = new Uint8Array(blockRows);
  const wanted = Float64Array.from(constants);
  return (block) => {
    const column = values(block);
    for (let i = 0; i < block.rows; i++) {
      const value = column[i] as number;
      let found = 0;
      for (let k = 0; k < wanted.length; k++) found |= +(value === (wanted[k] as number));
      out[i] = Number.isNaN(value) ? 2 : found;
    }
    return out;
  };
}

/** Compares two columns of numbers; unknown where one of them is missing. */
export function compareNumbers(op: Comparison, left: Value, right: Value): Condition {
  if (op === '>') return compareNumbers('<', right, left);
  if (op === '>=') return compareNumbers('<=', right, left);
  if (op === '!=') return not(compareNumbers('==', left, right));
  const out = new Uint8Array(blockRows);
  // One loop for each operator: a function called for each row would cost more than it does.
  if (op === '<') {
    return (block) => {
      const a = left(block);
      const b = right(block);
      for (let i = 0; i < block.rows; i++) {
        const x = a[i] as number;
        const y = b[i] as number;
        out[i] = +(x < y) | (+(Number.isNaN(x) || Number.isNaN(y)) << 1);
      }
      return out;
    };
  }
  if (op === '<=') {
    return (block) => {
      const a = left(block);
      const b = right(block);
      for (let i = 0; i < block.rows; i++) {
        const x = a[i] as number;
        const y = b[i] as number;
        out[i] = +(x <= y) | (+(Number.isNaN(x) || Number.isNaN(y)) << 1);
      }
      return out;
    };
  }
  return (block) => {
    const a = left(block);
    const b = right(block);
    for (let i = 0; i < block.rows; i++) {
      const x = a[i] as number;
      const y = b[i] as number;
      out[i] = +(x === y) | (+(Number.isNaN(x) || Number.isNaN(y)) << 1);
    }
    return out;
  };
}

export function negate(inner: Value): Value {
  const out = new Float64Array(blockRows);
  return (block) => {
    const values = inner(block);
    for (let i = 0; i < block.rows; i++) out[i] = -(values[i] as number);
    return out;
  };
}

export function arithmetic(op: '+' | '-' | '*' | '/', left: Value, right: Value): Value {
  const out = new Float64Array(blockRows);
  const apply = {
    '+': (a: number, b: number) => a + b,
    '-': (a: number, b: number) => a - b,
    '*': (a: number, b: number) => a * b,
    '/': (a: number, b: number) => a / b,
  }[op];
  return (block) => {
    const a = left(block);
    const b = right(block);
    for (let i = 0; i < block.rows; i++) out[i] = apply(a[i] as number, b[i] as number);
    return out;
  };
}

/** `test ? yes : no`; no value where the test is unknown. */
export function choose(test: Condition, yes: Value, no: Value): Value {
  const out = new Float64Array(blockRows);
  return (block) => {
    const truth = test(block);
    const a = yes(block);
    const b = no(block);
    for (let i = 0; i < block.rows; i++) {
      const which = truth[i] as number;
      out[i] = which === 1 ? (a[i] as number) : which === 0 ? (b[i] as number) : Number.NaN;
    }
    return out;
  };
}
