import { describeKilled } from './support/killed.ts';

describeKilled({ rest: 0, of: 2 });
