// What ts-proto generates for a service, with JSON instead of protobuf.
const { makeGenericClientConstructor } = require('@grpc/grpc-js');

const encode = (value) => Buffer.from(JSON.stringify(value));
const decode = (bytes) => JSON.parse(bytes.toString());
const method = (name, responseStream) => ({
  path: `/test.v1.EchoService/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
});

exports.EchoService = { echo: method('Echo', false), count: method('Count', true) };
exports.EchoServiceClient = makeGenericClientConstructor(exports.EchoService, 'test.v1.EchoService');
