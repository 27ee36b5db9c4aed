import { describeKilled } from '../support/system/killed.ts';

describeKilled({ rest: 0, of: 2 });
