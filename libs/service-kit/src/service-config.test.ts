import { ServiceError } from '@gradsign/contracts';
import { z } from 'zod';
import { HelpRequested, loadConfig } from './service-config';
import { schemas } from './setting-schemas';

const settings = {
  port: { schema: schemas.port(50051), env: 'T_PORT', flag: 'port', description: 'Port.' },
  workers: { schema: schemas.count(2, 64), env: 'T_WORKERS', flag: 'workers', description: 'Worker processes.' },
  pretty: { schema: schemas.flag(false), env: 'T_PRETTY', flag: 'pretty-log', description: 'Readable log.' },
  database: {
    schema: z.string().startsWith('postgres://', 'it must be a postgres:// URL').optional(),
    env: 'T_DATABASE',
    flag: 'database',
    description: 'Database.',
    secret: true,
  },
};

const violations = (environment: Record<string, string>, argv: string[]) => {
  try {
    loadConfig(settings, environment, argv);
  } catch (error) {
    return (error as ServiceError).violations;
  }
  throw new Error('nothing was thrown');
};

test('flags win over the environment, which wins over defaults', () => {
  const environment = { T_PORT: '1', T_WORKERS: '3', T_PRETTY: '' };
  expect(loadConfig(settings, environment, ['--port=2', '--pretty-log', 'true'])).toEqual({
    port: 2,
    workers: 3,
    pretty: true,
    database: undefined,
  });
  expect(loadConfig(settings, {}, [])).toEqual({ port: 50051, workers: 2, pretty: false, database: undefined });
});

test('everything wrong is told at once, by the name that it was given under', () => {
  const found = violations({ T_PORT: '65536', T_PRETTY: 'yes' }, ['--wrokers', '4', '--workers', '0', 'extra']);
  expect(found.map(({ field }) => field)).toEqual(['--wrokers', 'extra', 'T_PORT', '--workers', 'T_PRETTY']);
  expect(found[0].description).toBe('it is not a flag; known: --port, --workers, --pretty-log, --database');
  expect(found[2].description).toBe('"65536" is refused: a port is a number from 0 to 65535');
  expect(found[3].description).toBe('"0" is refused: it must be a whole number from 1 to 64');
});

test.each(['1e3', '0x10', ' 1', '-1', '1.0', '9'.repeat(400)])('%j is no port', (text) => {
  expect(violations({ T_PORT: text }, [])).toHaveLength(1);
});

test('a flag without its value is told', () => {
  expect(violations({}, ['--port'])).toEqual([{ field: '--port', description: 'a value must follow it' }]);
});

test('a secret is not repeated', () => {
  const [{ description }] = violations({ T_DATABASE: 'mysql://u:hunter2@db' }, []);
  expect(description).toBe('the value is refused: it must be a postgres:// URL');
});

test('what is required and absent is told with both of its names', () => {
  const required = { key: { schema: z.string(), env: 'T_KEY', flag: 'key', description: 'Key.' } };
  expect(() => loadConfig(required, {}, [])).toThrow('T_KEY: a value is required (--key or T_KEY)');
  expect(() => loadConfig(required, {}, ['--help'])).toThrow(HelpRequested);
  expect(() => loadConfig(required, {}, ['--help'])).toThrow('  --key  T_KEY\n      Key. (required)');
});

test('entries are a map; a malformed or doubled one is refused', () => {
  const settings = { dirs: { schema: schemas.entries(), env: 'T_DIRS', flag: 'dirs', description: 'Folders.' } };
  expect(loadConfig(settings, {}, [])).toEqual({ dirs: new Map() });
  expect(loadConfig(settings, { T_DIRS: 'a=/x, b=/y=z' }, [])).toEqual({
    dirs: new Map([
      ['a', '/x'],
      ['b', '/y=z'],
    ]),
  });
  for (const wrong of ['a', 'a=', '=x', 'a=1,a=2', 'a=1,']) {
    expect(() => loadConfig(settings, { T_DIRS: wrong }, [])).toThrow(`T_DIRS: ${JSON.stringify(wrong)} is refused`);
  }
});

test.each(['-0.1', '1.1', 'half', ' ', 'NaN'])('%j is no fraction', (text) => {
  const settings = { ratio: { schema: schemas.fraction(1), env: 'T', flag: 'ratio', description: 'Ratio.' } };
  expect(() => loadConfig(settings, {}, ['--ratio', text])).toThrow('it must be a number from 0 to 1');
  expect(loadConfig(settings, { T: '0.25' }, [])).toEqual({ ratio: 0.25 });
});
