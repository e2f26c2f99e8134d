export {
  parseMapping,
  type ColumnDimension,
  type CsvMapping,
  type Dimension,
  type EvaluationMapping,
  type MeasureMapping,
} from './mapping';
export { type CsvProgress } from './records';
export { type Finding, type Findings, type ImportReport } from './report';
export { importCsv, readCsvTable, type ImportCsvOptions, type ReadTableOptions } from './import-csv';
export { NB201_COMPILED } from './nb201-compiled';
export { arrowSource, csvSource, mappedSource, type MappedSourceOptions } from './mapped-source';
