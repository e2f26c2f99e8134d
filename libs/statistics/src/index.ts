export * from './bootstrap';
export * from './correlation';
export * from './log-determinant';
export * from './rank';
export * from './spearman-interval';
export * from './summary';
export * from './symmetric-eigenvalues';
export * from './within-groups';
