// A service's process as `runService` runs it. Its argument says what its start and stop do.
const { runService, loadConfig, schemas } = require('../dist/process');

const [behaviour, ...argv] = process.argv.slice(2);
const never = () => new Promise(() => setInterval(() => {}, 1000));

void runService(
  'fixture',
  async () => {
    loadConfig(
      { port: { schema: schemas.port(7), env: 'FIXTURE_PORT', flag: 'port', description: 'Port to listen on.' } },
      {},
      argv,
    );
    if (behaviour === 'bug') throw new TypeError('no such thing');
    if (behaviour === 'hang-in-start') {
      process.stderr.write('starting\n');
      await never();
    }
    if (behaviour === 'throw-later') setTimeout(() => Promise.reject(new Error('too late\nto catch')), 10);
    const keepAlive = setInterval(() => {}, 1000);
    const stop = async () => {
      clearInterval(keepAlive);
      process.stderr.write('stopped in order\n');
    };
    return { addresses: { grpc: '127.0.0.1:1' }, stop: behaviour === 'hang-in-stop' ? never : stop };
  },
  { stopTimeoutMs: 200 },
);
