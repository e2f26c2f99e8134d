import { createOnnxRuntimeEngine } from '@gradsign/engine-onnxruntime';
import { float32, GraphBuilder } from '@gradsign/onnx';

/** A process that adds two numbers on a device of ONNX Runtime, or prints why it cannot and ends with 1. */
async function probe(device: string): Promise<void> {
  const builder = new GraphBuilder('probe');
  const x = builder.input('x', 'float32', [1]);
  builder.output(builder.node('Add', [x, x]), 'y');
  const session = await createOnnxRuntimeEngine({ device }).load(builder.build());
  await session.run({ x: float32([1]) });
  await session.release();
}

probe(process.argv[2]).catch((error: Error) => {
  console.log(error.message);
  process.exitCode = 1;
});
