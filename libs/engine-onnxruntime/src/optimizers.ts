/**
 * Graph optimisers of ONNX Runtime that are switched off on the CPU. They look for patterns of quantised models and of
 * transformers, or fold and share what graphs here have no more of; on graphs of a thousand nodes that run a few times
 * they cost more than half of a session's creation. What remains is what pays: the blocked layout of convolutions
 * (NchwcTransformer) and transpositions inside matrix products (MatmulTransposeFusion).
 */
const UNUSED_OPTIMIZERS = [
  'Level1_RuleBasedTransformer',
  'Level2_RuleBasedTransformer',
  'CommonSubexpressionElimination',
  'ConstantFolding',
  'ConstantSharing',
  'PreShapeNodeElimination',
  'FreeDimensionOverrideTransformer',
  'TransposeOptimizer',
  'ReshapeFusion',
  'MatMulAddFusion',
  'MatMulScaleFusion',
  'MatMulActivationFusion',
  'GemmActivationFusion',
  'ConvActivationFusion',
  'ConvAddActivationFusion',
  'GatherSliceToSplitFusion',
  'GatherToSliceFusion',
  'GeluFusionL1',
  'GeluFusionL2',
  'BiasGeluFusion',
  'FastGeluFusion',
  'QuickGeluFusion',
  'LayerNormFusionL1',
  'LayerNormFusionL2',
  'SimplifiedLayerNormFusion',
  'SkipLayerNormFusion',
  'BiasSkipLayerNormFusion',
  'EmbedLayerNormFusion',
  'AttentionFusion',
  'GroupQueryAttentionFusion',
  'GroupQueryAttentionPreNormFusion',
  'BiasSoftmaxFusion',
  'BiasDropoutFusion',
  'DynamicQuantizeMatMulFusion',
  'MatMulIntegerToFloatFusion',
  'QDQPropagationTransformer',
  'QDQFinalCleanupTransformer',
  'QDQS8ToU8Transformer',
  'DoubleQDQPairsRemover',
  'EnsureUniqueDQForNodeUnit',
  'Avx2WeightS8ToU8Transformer',
];

/** Session configuration entries that switch them off. */
export const withoutUnusedOptimizers = {
  optimization: { disable_specified_optimizers: UNUSED_OPTIMIZERS.join(';') },
};
