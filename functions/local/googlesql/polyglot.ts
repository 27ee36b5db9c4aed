/** The translator's library, a WebAssembly module of 22 MB, compiled once and not twice. */
import { setFlagsFromString } from 'node:v8';
import * as polyglot from '@polyglot-sql/sdk';

/**
 * V8 compiles what runs often anew, and better. Of this module's largest functions that takes 600 MB and
 * a second: more than all translations of a process. Functions are compiled when they are first called,
 * and keep what held then, so that other modules, like the one that hashes rows, are compiled as ever.
 */
const recompiles = ['wasm-dynamic-tiering', 'wasm-tier-up'];

function compiledOnce<Given extends unknown[], Result>(
  work: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    for (const flag of recompiles) setFlagsFromString(`--no-${flag}`);
    try {
      return work(...given);
    } finally {
      for (const flag of recompiles) setFlagsFromString(`--${flag}`);
    }
  };
}

export const generate = compiledOnce(polyglot.generate);
export const parse = compiledOnce(polyglot.parse);
export const transpile = compiledOnce(polyglot.transpile);
