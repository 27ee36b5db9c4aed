/**
 * Properties end in bounded time, also when they fail: shrinking stops at the limit and reports
 * the smallest counterexample so far. A property that is not through by then has not held.
 */
import fc from 'fast-check';

fc.configureGlobal({ interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true });
