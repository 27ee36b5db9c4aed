/** A user's own data: reading it in, and saying beforehand what it gives. */
export { type CheckedTable, checkData, type DataCheck } from './import-data-check.ts';
export {
  type ImportedTable,
  type ImportResult,
  importData,
  newestCompleteDay,
} from './import-data-folder.ts';
