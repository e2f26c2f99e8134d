import { readFileSync } from 'node:fs';
import type { Server } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { DESCRIPTOR_SET_PATH } from '@gradsign/contracts';

let contracts: PackageDefinition | undefined;

/** Lets tools such as grpcurl list and call the services with these full names. */
export function addReflection(server: Server, services: readonly string[]): void {
  contracts ??= loadFileDescriptorSetFromBuffer(readFileSync(DESCRIPTOR_SET_PATH));
  new ReflectionService(contracts, { services: [...services] }).addToServer(server);
}
