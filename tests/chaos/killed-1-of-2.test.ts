import { describeKilled } from '../pipeline/support/killed.ts';

describeKilled({ rest: 0, of: 2 });
