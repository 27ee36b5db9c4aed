/**
 * Properties end in bounded time, also when they fail: shrinking stops at the limit and reports
 * the smallest counterexample so far. A property that is not through by then has not held. The
 * limit lies below a test's time, which cannot stop work that never waits.
 */
import fc from 'fast-check';

fc.configureGlobal({ interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true });
