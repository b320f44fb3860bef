import type { KernelMessage, KernelView } from '../../app/domain/kernel-message.ts';

const MINUTE = 60_000;

/** What the kernel said of the scene's aging disk and of its USB stick until `now`, Unix time in milliseconds. */
export function sceneKernel(now: number): KernelView {
  const said = (minutes: number, level: KernelMessage['level'], text: string): KernelMessage => ({
    milliseconds: now - minutes * MINUTE,
    level,
    text,
  });
  const bad = 'blk_update_request: critical medium error, dev sda, sector 3407872 op 0x0:(READ) flags 0x0 phys_seg 1';
  return {
    log: { state: 'followed' },
    said: {
      '8:0': [
        said(91, 'notice', 'sd 2:0:0:0: [sda] 8000000 512-byte logical blocks: (4.10 GB/3.81 GiB)'),
        said(42, 'info', 'sd 2:0:0:0: [sda] tag#17 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK cmd_age=3s'),
        said(42, 'info', 'sd 2:0:0:0: [sda] tag#17 Sense Key : Medium Error [current]'),
        said(42, 'info', 'sd 2:0:0:0: [sda] tag#17 Add. Sense: Unrecovered read error'),
        said(42, 'err', bad),
      ],
      '8:16': [
        said(90, 'info', 'usb 1-2: new SuperSpeed USB device number 3 using xhci_hcd'),
        said(90, 'info', 'usb 1-2: SerialNumber: 4C530001230915117F2A'),
        said(12, 'info', 'usb 1-2: reset SuperSpeed USB device number 3 using xhci_hcd'),
      ],
    },
  };
}
