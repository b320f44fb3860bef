export { Lab } from './lab.ts';
export type { LabOptions, LabProgress } from './options.ts';
export type { ExecOptions, ExecOutcome } from './agent-client.ts';
export { LabDisk, type DiskStats } from './disk/disk.ts';
export type {
  ActiveFault,
  Fault,
  FaultHit,
  FaultId,
  HangFault,
  MediumFault,
  Operation,
  SlowFault,
} from './disk/faults.ts';
export { DEFAULT_DISKS, type DiskOptions } from './disk/options.ts';
export { SECTOR_BYTES, type SectorRange } from './disk/ranges.ts';
export type { LogEntry, LoggedOperation, RequestLog } from './disk/request-log.ts';
export type { Snapshot } from './disk/chunk-store.ts';
export type { PowerLoss } from './disk/write-cache.ts';
export { LabError, type LabErrorCode } from './errors.ts';
export type { MachineExit } from './qemu/machine.ts';
export { HELPER_PORT } from './qemu/arguments.ts';
export { AGENT_BUNDLE } from './guest/bundle.ts';
export { cacheFolder } from './cache/paths.ts';
export { KernelFiles, obtainKernel } from './cache/kernel.ts';
export { DEBIAN_RELEASES, obtainReleaseKernel, type DebianRelease } from './cache/release-kernel.ts';
export type { Durability } from './guest/protocol.ts';
export type { VerifiedRun, Verdict } from './workload/ledger.ts';
export type { VerifyReport, Workload, WorkloadEvent, WorkloadOptions, WorkloadStatus } from './workload/workload.ts';
