# Completion of dm-remap for fish. Made by scripts/cli/completion.ts.
complete -c dm-remap -f
complete -c dm-remap -n __fish_use_subcommand -l help -l version
complete -c dm-remap -f -n __fish_use_subcommand -a list -d 'list the protected disks'
complete -c dm-remap -n '__fish_seen_subcommand_from list' -l devices -d 'also list all disks, and why one cannot be main or spare'
complete -c dm-remap -n '__fish_seen_subcommand_from list' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from list' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from list' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a status -d 'show the state of a pair'
complete -c dm-remap -n '__fish_seen_subcommand_from status' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from status' -l watch -d 'go on, and tell what happens'
complete -c dm-remap -n '__fish_seen_subcommand_from status' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from status' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from status' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a create -d 'protect a disk with a spare'
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l main -d 'the aging disk' -r -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l spare -d 'the disk that stands in for it; it is erased' -r -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l block-sectors -d 'block size in sectors of 512 bytes, 1 to 128; default 8' -x
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l erase -d 'agree that what is found on the spare is erased'
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l confirm -d 'what would have to be typed, for scripts: the last four characters of the spare’s serial number' -x
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l plan -d 'say what would happen and change nothing'
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from create' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a activate -d 'put a pair in place again'
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l spare -d 'the spare of the pair' -r -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l main -d 'the aging disk, when it cannot be told' -r -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l plan -d 'say what would happen and change nothing'
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from activate' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a deactivate -d 'take a pair out of use'
complete -c dm-remap -n '__fish_seen_subcommand_from deactivate' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from deactivate' -l plan -d 'say what would happen and change nothing'
complete -c dm-remap -n '__fish_seen_subcommand_from deactivate' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from deactivate' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from deactivate' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a remove -d 'end a pair for good'
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -l confirm -d 'what would have to be typed, for scripts: the last four characters of the spare’s serial number' -x
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -l plan -d 'say what would happen and change nothing'
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from remove' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a remap -d 'move blocks to the spare now'
complete -c dm-remap -n '__fish_seen_subcommand_from remap' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from remap' -l sectors -d 'BLOCK and COUNT are sectors of 512 bytes, as the kernel’s log has them'
complete -c dm-remap -n '__fish_seen_subcommand_from remap' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from remap' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from remap' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a unmap -d 'give a block back to main'
complete -c dm-remap -n '__fish_seen_subcommand_from unmap' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from unmap' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from unmap' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from unmap' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a remaps -d 'list the moved and pending blocks'
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -l from -d 'begin with this block' -x
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -l max -d 'list so many at most' -x
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from remaps' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a health -d 'show what is known of parts of the disk'
complete -c dm-remap -n '__fish_seen_subcommand_from health' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l first -d 'first block; default 0' -x
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l count -d 'number of blocks; default all' -x
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l cells -d 'number of cells, 1 to 4096; default 64' -x
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from health' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a files -d 'say which file lies on a block'
complete -c dm-remap -n '__fish_seen_subcommand_from files' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from files' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from files' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from files' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a events -d 'list what happened'
complete -c dm-remap -n '__fish_seen_subcommand_from events' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from events' -l after -d 'only those numbered above N' -x
complete -c dm-remap -n '__fish_seen_subcommand_from events' -l max -d 'list so many at most' -x
complete -c dm-remap -n '__fish_seen_subcommand_from events' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from events' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from events' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a continue -d 'go on after moving was halted'
complete -c dm-remap -n '__fish_seen_subcommand_from continue' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from continue' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from continue' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from continue' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a scan -d 'read the disk in the background, to find errors early'
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -l first -d 'of start: first block; default 0' -x
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -l count -d 'of start: number of blocks; default up to the end' -x
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from scan' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a set -d 'show or change how a pair scans and moves'
complete -c dm-remap -n '__fish_seen_subcommand_from set' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from set' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from set' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from set' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a import -d 'move the blocks that a list says are bad'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -f -a "(dmsetup ls --target remap 2>/dev/null | string replace '\t.*' '')"
complete -c dm-remap -n '__fish_seen_subcommand_from import' -F
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l badblocks -d 'FILE is a badblocks list made with blocks of BYTES (its -b; 1024 when it was not given)' -x
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l ddrescue -d 'FILE is a GNU ddrescue map'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l failed -d 'of a map, also areas that failed and were not examined sector by sector'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l dry-run -d 'say what would be moved and change nothing'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from import' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a check -d 'check a spare that is not in use'
complete -c dm-remap -n '__fish_seen_subcommand_from check' -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from check' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from check' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from check' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a dump -d 'print what stands on a spare that is not in use'
complete -c dm-remap -n '__fish_seen_subcommand_from dump' -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from dump' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from dump' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from dump' -l verbose -d 'also print details of errors and a log line for each change'
complete -c dm-remap -f -n __fish_use_subcommand -a repair -d 'repair a spare that is not in use'
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -F -a "(lsblk -lnpo NAME 2>/dev/null)"
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -l yes -d 'write to SPARE itself'
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -l output -d 'write a repaired image to FILE, which must not exist, and leave SPARE as it is' -r -F
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -l json -d 'print JSON'
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -l help -d 'say how to use it'
complete -c dm-remap -n '__fish_seen_subcommand_from repair' -l verbose -d 'also print details of errors and a log line for each change'
