import { openersOf } from './openers.ts';
import { parseMountinfo, type Mount } from './parse/proc.ts';
import { devnoAt } from './raw-device.ts';
import { readText } from './read-text.ts';
import { within } from './within.ts';

/** What is asked about mounts and devices; the machine's own answers are the defaults. */
export interface MountQuestions {
  /** Contents of mountinfo, see proc(5). */
  readonly mountinfo?: string;
  /** devno of a device node, null for what is none. */
  readonly devnoAt?: (path: string) => Promise<string | null>;
  /** Whether a program has the device open. */
  readonly isOpen?: (devno: string) => Promise<boolean>;
}

/**
 * Device nodes that only root can put there. A path that leads elsewhere, as through the folder of shared memory, may end in a
 * file system that never answers.
 */
const deviceNode = /^\/dev\/(?!(?:shm|mqueue|hugepages|pts|fd)\/)(?:(?!\.\.?(?:\/|$))[^/]+\/){0,2}(?!\.\.?$)[^/]+$/;

/**
 * What is mounted now, with the device that it is on. Some file systems (btrfs) mount under a number of their own: there
 * the source says which device it is. With FUSE that word is an ordinary user's, who may write any: it counts only while
 * a program has the device open, as one that serves its files must.
 */
export async function listMounts(questions: MountQuestions = {}): Promise<Mount[]> {
  const { mountinfo = readText('/proc/self/mountinfo'), devnoAt: numberOf = devnoAt, isOpen = hasOpener } = questions;
  const opened = new Map<string, Promise<boolean>>();
  const isOpenNow = (devno: string): Promise<boolean> => {
    const known = opened.get(devno) ?? isOpen(devno);
    opened.set(devno, known);
    return known;
  };
  return Promise.all(
    parseMountinfo(mountinfo).map(async (mount) => {
      if (!mount.devno.startsWith('0:') || !mount.source.startsWith('/dev/')) return mount;
      const isDoubtful = mount.servedBy !== null && mount.servedBy !== 0;
      if (isDoubtful && !deviceNode.test(mount.source)) return mount;
      const devno = await numberOf(mount.source);
      if (devno === null || (isDoubtful && !(await isOpenNow(devno)))) return mount;
      return { ...mount, devno };
    }),
  );
}

/** Unsure, it is open: what is in use must not look free. */
function hasOpener(devno: string): Promise<boolean> {
  return within(
    openersOf(devno).then((found) => found.length > 0),
    true,
  );
}
