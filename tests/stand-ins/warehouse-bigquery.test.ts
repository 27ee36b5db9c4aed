import { describeWarehouse } from '../support/contracts/warehouse-contract.ts';
import { openBigQuery } from './bigquery-under-test.ts';

describeWarehouse('BigQuery on its stand-in', () => openBigQuery());
