import { createLogger } from './logger';

function logger(options: { level?: 'info' | 'debug'; pretty?: boolean } = {}) {
  const lines: string[] = [];
  const log = createLogger(
    { service: 'scorer', level: options.level ?? 'info', pretty: options.pretty },
    { write: (line) => void lines.push(line) },
  );
  return { log, lines, entry: () => JSON.parse(lines[0]) as Record<string, unknown> };
}

test('a line is JSON with level, time, service and fields', () => {
  const { log, entry } = logger();
  log.info({ proxy: 'gradsign' }, 'scored');
  expect(entry()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    service: 'scorer',
    proxy: 'gradsign',
    message: 'scored',
  });
});

test('lines below the level are not written', () => {
  const { log, lines } = logger();
  log.debug('quiet');
  expect(lines).toEqual([]);
});

test.each([
  [{ password: 'x' }, { password: '[redacted]' }],
  [{ config: { databaseUrl: 'x' } }, { config: { databaseUrl: '[redacted]' } }],
  [{ request: { metadata: { authorization: 'x' } } }, { request: { metadata: { authorization: '[redacted]' } } }],
])('secrets in %j are redacted', (fields, expected) => {
  const { log, entry } = logger();
  log.info(fields);
  expect(entry()).toMatchObject(expected);
});

test("credentials in a URL are redacted, also in an error's message and stack", () => {
  const { log, lines } = logger();
  log.error(new Error('connect postgres://gradsign:hunter2@db:5432/search failed'), 'no database');
  expect(lines[0]).not.toContain('hunter2');
  expect(lines[0]).toContain('postgres://[redacted]@db:5432/search');
});

test('pretty lines are readable', () => {
  const { log, lines } = logger({ pretty: true });
  log.warn({ port: 7001, address: 'a:1' }, 'slow');
  log.error(new TypeError('bad shape'));
  expect(lines[0]).toMatch(/^[\d:.]{12} WARN scorer: slow port=7001 address=a:1\n$/);
  expect(lines[1]).toMatch(/ERROR scorer: bad shape\nTypeError: bad shape\n {4}at /);
});
