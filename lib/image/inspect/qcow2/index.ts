export { isQcow, type Qcow2Compression, type Qcow2Header } from './header';
export { type Qcow2Reader, qcow2Reader } from './reader';
