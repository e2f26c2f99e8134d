export { columnKey, type ColumnInfo } from './column-info';
export { readScoreTable, ScoreTableError, writeScoreTable } from './file';
export { columnLabels, ScoreTable, type ScoreColumn } from './score-table';
export { ScoreTables, SHIPPED_SCORES } from './score-tables';
