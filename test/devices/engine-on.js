'use strict';
const { createOnnxRuntimeEngine } = require('@gradsign/engine-onnxruntime');
const { createTensorFlowEngine } = require('@gradsign/engine-tensorflow');

/** The engine of a name on a device, as the scorer makes it. */
exports.engineOn = (name, device) => {
  if (name === 'onnxruntime') return createOnnxRuntimeEngine({ device });
  if (name === 'tensorflow') return createTensorFlowEngine({ device });
  throw new Error(`${name} is not an engine; known: onnxruntime, tensorflow`);
};
