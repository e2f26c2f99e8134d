import { join } from 'node:path';

/** Path of the FileDescriptorSet of every contract, for server reflection. */
export const DESCRIPTOR_SET_PATH = join(__dirname, '..', 'descriptors.binpb');
