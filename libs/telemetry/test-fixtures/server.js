// A gRPC server with telemetry: prints its ports, logs each call, stops when its standard input ends.
const { startTelemetry, createLogger, createRpcServerMetrics, endSpanOnCancel, withSpan } = require('../dist');

void (async () => {
  const telemetry = await startTelemetry({ serviceName: 'echo', ...JSON.parse(process.argv[2]) });
  const { Server, ServerCredentials } = await import('@grpc/grpc-js');
  const { EchoService } = await import('./echo-service.js');
  const log = createLogger({ service: 'echo', level: 'info' });
  const metrics = createRpcServerMetrics();

  const server = new Server();
  server.addService(EchoService, {
    async echo(call, callback) {
      const finished = metrics.started({ service: 'test.v1.EchoService', method: 'Echo' });
      log.info({ password: 'hunter2', url: 'postgres://user:hunter2@host/db' }, 'echo');
      await withSpan('work', { 'gradsign.proxy': 'gradsign' }, () => new Promise((done) => setTimeout(done, 5)));
      const error = call.request.fail ? { code: 5, details: 'nothing there' } : null;
      finished(error?.code ?? 0);
      callback(error, call.request);
    },
    count(call) {
      endSpanOnCancel(call);
      const finished = metrics.started({ service: 'test.v1.EchoService', method: 'Count' });
      const { upTo } = call.request;
      for (let i = 1; i <= upTo; i++) call.write({ i });
      if (upTo > 0) {
        finished(0);
        call.end();
      } else {
        call.once('cancelled', () => finished(1));
        call.write({ i: 0 });
      }
    },
  });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(JSON.stringify({ port, metricsPort: telemetry.metricsPort }));
  });
  process.stdin.resume().on('end', async () => {
    server.forceShutdown();
    await telemetry.shutdown();
  });
})();
