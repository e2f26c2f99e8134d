import { gradsign } from './product';
import { sharedData } from './paths';

/** Id that the compiled NAS-Bench-201 table has once it is imported. */
export const NB201 = 'nas-bench-201-v1.0';

/** Imports the compiled NAS-Bench-201 table into a state folder. @throws Skipped where the table is absent. */
export async function importNb201(home: string): Promise<void> {
  const file = sharedData('nas-bench-201', 'nb201.csv.gz');
  const name = ['--name', 'nas-bench-201'];
  await gradsign(home, [
    'benchmark',
    'import',
    'csv',
    file,
    '--columns',
    'nb201-compiled',
    ...name,
    '--format',
    'json',
  ]);
}
