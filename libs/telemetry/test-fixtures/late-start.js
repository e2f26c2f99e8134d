// Starts telemetry too late.
const { startTelemetry } = require('../dist');
require('@grpc/grpc-js');

startTelemetry({ serviceName: 'late', serviceVersion: '1', instanceId: '1' }).catch((error) =>
  console.log(error.message),
);
