import type { SmartAttribute } from '../domain/smart.ts';

/** What an attribute says, for people. */
export interface AttributeMeaning {
  /** One sentence. */
  readonly text: string;
  /** Makers give the number other meanings, or count in it in their own way. */
  readonly varies: boolean;
}

const same = (text: string): AttributeMeaning => ({ text, varies: false });
const varies = (text: string): AttributeMeaning => ({ text, varies: true });

/** ATA attributes by their number. The standard leaves their meaning to the maker: these are the usual ones. */
const meanings: ReadonlyMap<number, AttributeMeaning> = new Map([
  [1, varies('How often reads had to be repeated or corrected inside the drive; a large raw value alone is no fault.')],
  [2, varies('How well the drive performs as a whole, by its own measure.')],
  [3, same('How long the motor takes to bring the disks to their speed.')],
  [4, same('How often the motor was started and stopped.')],
  [5, same('Sectors that went bad and were replaced from a reserve; each new one says that more may follow.')],
  [7, varies('How often the heads missed their track; a large raw value alone is no fault.')],
  [8, varies('How quickly the heads find their track, by the drive’s own measure.')],
  [9, same('How long the drive has been switched on; some makers count it in other units than hours.')],
  [10, same('Times the motor needed another attempt to start: a sign of weak mechanics or power.')],
  [11, same('Times the heads had to be adjusted anew, since they no longer met their track.')],
  [12, same('How often the drive was switched on.')],
  [13, varies('How often the drive’s software met errors while reading.')],
  [22, varies('How much of the helium is left that the disks run in; it must not fall.')],
  [148, varies('Seldom documented; it counts wear of the part of the flash that takes writes first.')],
  [149, varies('Seldom documented; it counts wear of the part of the flash that takes writes first.')],
  [160, varies('Sectors that could not be read when they were asked for.')],
  [161, varies('Good blocks of flash that are left in reserve.')],
  [163, varies('Blocks of flash that were bad when the drive left its factory.')],
  [164, varies('How often all blocks of flash together were erased.')],
  [165, varies('How often the block of flash was erased that was erased most.')],
  [166, varies('How often the block of flash was erased that was erased least.')],
  [167, varies('How often blocks of flash were erased on average, or whether the drive has stopped to take writes.')],
  [
    168,
    varies(
      'Errors on the line between drive and computer, or how often a block of flash may be erased: it depends on the maker.',
    ),
  ],
  [169, varies('Bad blocks of the flash, or the life it has left: it depends on the maker.')],
  [170, varies('Bad blocks of the flash, or the reserve that is left to replace them: it depends on the maker.')],
  [171, varies('Times that writing into the flash failed; such blocks are replaced.')],
  [172, varies('Times that erasing a block of the flash failed and it was replaced.')],
  [173, varies('How often blocks of the flash were erased: its wear.')],
  [174, varies('Times that the power went away without warning.')],
  [
    175,
    varies(
      'Whether the store works that keeps the last writes through a power cut, or times that writing into the flash failed.',
    ),
  ],
  [176, varies('Times that erasing a block of the flash failed.')],
  [177, varies('How evenly, or how far, the flash is worn by being erased.')],
  [178, varies('Blocks of the reserve that are used in the part of the flash where most are used.')],
  [179, varies('Blocks of the reserve that are used, in all of the flash.')],
  [180, varies('Blocks of the reserve that are not used yet.')],
  [
    181,
    varies(
      'Times that writing into the flash failed, or accesses that do not fit the sectors: it depends on the maker.',
    ),
  ],
  [182, varies('Times that erasing a block of the flash failed.')],
  [183, varies('Times that the line to the computer fell back to a lower speed, or bad blocks met while in use.')],
  [184, same('Data that was found altered on its way through the drive’s own memory.')],
  [187, same('Errors that the drive could not correct and reported: data that could not be read.')],
  [188, varies('Commands that took so long that they were given up; cable and power may be to blame as well.')],
  [189, varies('Writes at which a head flew too high and which were repeated.')],
  [190, varies('Temperature inside, or how far it is below the drive’s limit.')],
  [191, varies('Knocks and vibration that the drive has felt.')],
  [192, varies('Times that the heads were parked, or the drive went off, because the power failed.')],
  [193, varies('How often the heads were parked and brought back; some drives do it very often.')],
  [194, same('Temperature inside, in degrees Celsius in the lowest part of the raw value.')],
  [195, varies('Errors that the drive corrected by itself; a large raw value alone is no fault.')],
  [196, varies('How often the drive tried to replace a sector, whether it worked or not.')],
  [197, same('Sectors that cannot be read at this moment and are replaced or cleared when they are written next.')],
  [198, same('Sectors that the drive could not read while it looked through itself.')],
  [199, same('Errors on the line between drive and computer: the cable or its plugs, not the disk.')],
  [200, varies('Errors while writing, or while a track was formatted.')],
  [201, varies('Reads at which the head was off its track, or sectors that could not be read.')],
  [
    202,
    varies(
      'Marks before the data of a sector that were not found; on solid-state disks the life that is used or left.',
    ),
  ],
  [203, varies('Errors met while the correcting code itself was checked, or what the drive gave up to correct.')],
  [204, varies('Errors that were corrected by the drive’s software.')],
  [205, varies('Errors that were put down to heat.')],
  [206, varies('How far the heads are from their usual height, or times that writing into the flash failed.')],
  [210, varies('Vibration during writes, or errors that were made good from spare copies inside a solid-state disk.')],
  [218, varies('Errors on the line between drive and computer, counted once more.')],
  [220, varies('How far the disks have shifted against their axis, usually after a knock.')],
  [222, varies('How long the heads have been over the disks.')],
  [223, varies('How often the heads needed another attempt to be brought over the disks.')],
  [224, varies('Resistance that the heads meet while they are moved.')],
  [225, varies('How often the heads were parked, or how much was written to a solid-state disk.')],
  [226, varies('How long the heads are loaded, or wear of the flash under the present work.')],
  [227, varies('Extra current that the motor needed, or how much of the work were reads.')],
  [228, varies('How often the heads were parked at a power failure, or how long the present work was measured.')],
  [230, varies('How far the head’s arm moves, or how much of its life the flash has left by the present use.')],
  [231, varies('The life that a solid-state disk has left, in percent; on old hard disks a temperature.')],
  [232, varies('The reserve of good blocks that is left in a solid-state disk.')],
  [233, varies('Wear of the flash, or how much was written into it: it depends on the maker.')],
  [234, varies('How often blocks were erased on average and at most, or how much was written into the flash.')],
  [235, varies('How much was written into the flash, or times that the power went away without warning.')],
  [240, varies('How long the heads have flown over the disks.')],
  [241, varies('How much the computer has written since the drive was made; the unit depends on the maker.')],
  [242, varies('How much the computer has read since the drive was made; the unit depends on the maker.')],
  [243, varies('How much was written, the upper part of a larger number, or how much was written into the flash.')],
  [244, varies('How often blocks of the flash were erased on average, or how much was read.')],
  [245, varies('How often the block of the flash was erased that was erased most, or how much was written into it.')],
  [246, varies('How often blocks of the flash were erased in all, or how much the computer has written.')],
  [247, varies('How many pages of flash were written for the computer.')],
  [248, varies('How many pages of flash were written by the drive for its own housekeeping.')],
  [249, varies('How much was written into the flash; the unit depends on the maker.')],
  [250, varies('Times that a read had to be repeated.')],
  [251, varies('Least share of the reserve that was left, or how much was read from the flash.')],
  [252, varies('Bad blocks that the flash got since it left its factory.')],
  [254, varies('Falls that the drive has felt, at which it parked its heads.')],
]);

const unknown: AttributeMeaning = { text: 'The maker does not say what it counts.', varies: true };

/** What an attribute of an ATA drive says. Numbers that no maker explains say that. */
export function meaningOf({ id }: Pick<SmartAttribute, 'id'>): AttributeMeaning {
  return meanings.get(id) ?? unknown;
}

/** Whether there is a sentence for this number. */
export function isExplained(id: number): boolean {
  return meanings.has(id);
}
