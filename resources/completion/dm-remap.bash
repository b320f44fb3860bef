# Completion of dm-remap for bash. Made by scripts/cli/completion.ts.
_dm_remap() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
  local options n word operand=0
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W 'list status create activate deactivate remove remap unmap remaps health files events continue scan set import check dump repair --help --version' -- "$cur"))
    return
  fi
  case "$verb $previous" in
    'create --main') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")); return ;;
    'create --spare') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")); return ;;
    'create --block-sectors') COMPREPLY=(); return ;;
    'create --confirm') COMPREPLY=(); return ;;
    'activate --spare') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")); return ;;
    'activate --main') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")); return ;;
    'remove --confirm') COMPREPLY=(); return ;;
    'remaps --from') COMPREPLY=(); return ;;
    'remaps --max') COMPREPLY=(); return ;;
    'health --first') COMPREPLY=(); return ;;
    'health --count') COMPREPLY=(); return ;;
    'health --cells') COMPREPLY=(); return ;;
    'events --after') COMPREPLY=(); return ;;
    'events --max') COMPREPLY=(); return ;;
    'scan --first') COMPREPLY=(); return ;;
    'scan --count') COMPREPLY=(); return ;;
    'import --badblocks') COMPREPLY=(); return ;;
    'repair --output') COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    case $verb in
      list) options='--devices --json --help --verbose' ;;
      status) options='--watch --json --help --verbose' ;;
      create) options='--main --spare --block-sectors --erase --confirm --plan --json --help --verbose' ;;
      activate) options='--spare --main --plan --json --help --verbose' ;;
      deactivate) options='--plan --json --help --verbose' ;;
      remove) options='--confirm --plan --json --help --verbose' ;;
      remap) options='--sectors --json --help --verbose' ;;
      unmap) options='--json --help --verbose' ;;
      remaps) options='--from --max --json --help --verbose' ;;
      health) options='--first --count --cells --json --help --verbose' ;;
      files) options='--json --help --verbose' ;;
      events) options='--after --max --json --help --verbose' ;;
      continue) options='--json --help --verbose' ;;
      scan) options='--first --count --json --help --verbose' ;;
      set) options='--json --help --verbose' ;;
      import) options='--badblocks --ddrescue --failed --dry-run --json --help --verbose' ;;
      check) options='--json --help --verbose' ;;
      dump) options='--json --help --verbose' ;;
      repair) options='--yes --output --json --help --verbose' ;;
    esac
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  for ((n = 2; n < COMP_CWORD; n++)); do
    word=${COMP_WORDS[n]}
    case "$verb ${COMP_WORDS[n - 1]}" in
      'create --main') continue ;;
      'create --spare') continue ;;
      'create --block-sectors') continue ;;
      'create --confirm') continue ;;
      'activate --spare') continue ;;
      'activate --main') continue ;;
      'remove --confirm') continue ;;
      'remaps --from') continue ;;
      'remaps --max') continue ;;
      'health --first') continue ;;
      'health --count') continue ;;
      'health --cells') continue ;;
      'events --after') continue ;;
      'events --max') continue ;;
      'scan --first') continue ;;
      'scan --count') continue ;;
      'import --badblocks') continue ;;
      'repair --output') continue ;;
    esac
    [[ $word == -* ]] || operand=$((operand + 1))
  done
  case "$verb $operand" in
    'status 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'create 0') COMPREPLY=() ;;
    'activate 0') COMPREPLY=() ;;
    'deactivate 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'remove 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'remap 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'remap 1') COMPREPLY=() ;;
    'remap 2') COMPREPLY=() ;;
    'unmap 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'unmap 1') COMPREPLY=() ;;
    'remaps 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'health 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'files 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'files 1') COMPREPLY=() ;;
    'files 2') COMPREPLY=() ;;
    'events 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'continue 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'scan 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'scan 1') COMPREPLY=() ;;
    'set 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'set 1') COMPREPLY=() ;;
    'set 2') COMPREPLY=() ;;
    'import 0') COMPREPLY=($(compgen -W "$(dmsetup ls --target remap 2>/dev/null | sed -n 's/\t.*//p')" -- "$cur")) ;;
    'import 1') COMPREPLY=($(compgen -f -- "$cur")) ;;
    'check 0') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")) ;;
    'dump 0') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")) ;;
    'repair 0') COMPREPLY=($(compgen -W "$(lsblk -lnpo NAME 2>/dev/null)" -- "$cur") $(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _dm_remap dm-remap
