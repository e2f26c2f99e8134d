// Calls the server on the given port inside one span, and prints what it saw.
const { startTelemetry, withSpan } = require('../dist');

void (async () => {
  const { port, ...options } = JSON.parse(process.argv[2]);
  const telemetry = await startTelemetry({ serviceName: 'caller', ...options });
  const { credentials } = await import('@grpc/grpc-js');
  const { EchoServiceClient } = await import('./echo-service.js');
  const client = new EchoServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const echo = (request) => new Promise((done) => client.echo(request, (error, value) => done(error?.code ?? value)));

  const seen = await withSpan('calls', {}, async (span) => {
    const unary = await echo({ hello: 'world' });
    const failed = await echo({ fail: true });
    const stream = [];
    await new Promise((done) =>
      client
        .count({ upTo: 3 })
        .on('data', (m) => stream.push(m.i))
        .on('end', done),
    );
    const cancelled = await new Promise((done) => {
      const call = client.count({ upTo: 0 });
      call.on('data', () => call.cancel()).on('error', (error) => done(error.code));
    });
    return { traceId: span.spanContext().traceId, unary, failed, stream, cancelled };
  });
  client.close();
  await telemetry.shutdown();
  console.log(JSON.stringify(seen));
})();
