import { openBigQuery } from './bigquery-under-test.ts';
import { describeWarehouse } from './warehouse-contract.ts';

describeWarehouse('BigQuery on its stand-in', () => openBigQuery());
