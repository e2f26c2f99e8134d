export { ReferenceEngine } from './engine';
