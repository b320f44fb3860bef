/**
 * Commands that build the kernel module from the program's source tree, in its folder, and put it where the kernel finds
 * it, for Debian and its relatives. The headers must be those of the kernel that runs.
 *
 * @param kernelRelease - as `uname -r` gives it
 */
export function moduleBuildCommands(kernelRelease: string): string[] {
  const place = `/lib/modules/${kernelRelease}`;
  return [
    `sudo apt install build-essential linux-headers-${kernelRelease}`,
    `make -C kernel KDIR=${place}/build`,
    `sudo install -D -m 644 kernel/dm-remap.ko ${place}/updates/dm-remap.ko`,
    `sudo depmod ${kernelRelease}`,
    'sudo modprobe dm-remap',
  ];
}
