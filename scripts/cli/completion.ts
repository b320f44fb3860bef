import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { optionsOf, specOf, verbNames, type Completes, type VerbName } from '../../helper/cli/table.ts';

/**
 * The shells' completion of `dm-remap`, made from its table of verbs. `node scripts/cli/completion.ts` writes the files
 * into resources/completion/; a test holds them to what is made here.
 */

/** Commands of a shell that print what may be offered. */
const pairsCommand = "dmsetup ls --target remap 2>/dev/null | sed -n 's/\\t.*//p'";
const devicesCommand = 'lsblk -lnpo NAME 2>/dev/null';

/** Files by their name in resources/completion/. */
export function completionFiles(): Record<string, string> {
  return { 'dm-remap.bash': bash(), '_dm-remap': zsh(), 'dm-remap.fish': fish() };
}

function bash(): string {
  const words = (kind: Completes): string => {
    switch (kind) {
      case 'pair':
        return `COMPREPLY=($(compgen -W "$(${pairsCommand})" -- "$cur"))`;
      case 'device':
        return `COMPREPLY=($(compgen -W "$(${devicesCommand})" -- "$cur") $(compgen -f -- "$cur"))`;
      case 'file':
        return 'COMPREPLY=($(compgen -f -- "$cur"))';
      case 'nothing':
        return 'COMPREPLY=()';
    }
  };
  const values = verbNames.flatMap((verb) =>
    specOf(verb)
      .options.filter(({ value }) => value !== null)
      .map(({ name, completes = 'nothing' }) => `    '${verb} --${name}') ${words(completes)}; return ;;`),
  );
  const options = verbNames.map((verb) => `    ${verb}) options='${optionWords(verb)}' ;;`);
  const operands = verbNames.flatMap((verb) =>
    specOf(verb).operands.map(({ completes }, index) => `    '${verb} ${index}') ${words(completes)} ;;`),
  );
  return `# Completion of dm-remap for bash. Made by scripts/cli/completion.ts.
_dm_remap() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} verb=\${COMP_WORDS[1]}
  local options n word operand=0
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${verbNames.join(' ')} --help --version' -- "$cur"))
    return
  fi
  case "$verb $previous" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $verb in
${options.map((line) => `  ${line}`).join('\n')}
    esac
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  for ((n = 2; n < COMP_CWORD; n++)); do
    word=\${COMP_WORDS[n]}
    case "$verb \${COMP_WORDS[n - 1]}" in
${withValue((verb, name) => `      '${verb} --${name}') continue ;;`)}
    esac
    [[ $word == -* ]] || operand=$((operand + 1))
  done
  case "$verb $operand" in
${operands.join('\n')}
  esac
}
complete -o filenames -F _dm_remap dm-remap
`;
}

function withValue(line: (verb: VerbName, name: string) => string): string {
  return verbNames
    .flatMap((verb) =>
      specOf(verb)
        .options.filter(({ value }) => value !== null)
        .map(({ name }) => line(verb, name)),
    )
    .join('\n');
}

function optionWords(verb: VerbName): string {
  return optionsOf(verb)
    .map(({ name }) => `--${name}`)
    .join(' ');
}

function zsh(): string {
  const action = (kind: Completes): string => {
    switch (kind) {
      case 'pair':
        return '_dm_remap_pairs';
      case 'device':
        return '_dm_remap_devices';
      case 'file':
        return '_files';
      case 'nothing':
        return ' ';
    }
  };
  const quoted = (text: string): string => text.replaceAll(/['’]/g, '’').replaceAll(/[[\]:]/g, String.raw`\$&`);
  const cases = verbNames.map((verb) => {
    const options = optionsOf(verb).map(({ name, value, summary, completes = 'nothing' }) =>
      value === null
        ? `'--${name}[${quoted(summary)}]'`
        : `'--${name}=[${quoted(summary)}]:${value}:${action(completes)}'`,
    );
    const operands = specOf(verb).operands.map(
      ({ name, required, completes }, index) => `'${index + 1}:${required ? '' : ':'}${name}:${action(completes)}'`,
    );
    return `    ${verb})\n      _arguments ${[...options, ...operands].join(' \\\n        ')} ;;`;
  });
  const summaries = verbNames.map((verb) => `    '${verb}:${quoted(specOf(verb).summary)}'`);
  return `#compdef dm-remap
# Completion of dm-remap for zsh. Made by scripts/cli/completion.ts.
_dm_remap_pairs() {
  compadd -- \${(f)"$(${pairsCommand})"}
}
_dm_remap_devices() {
  compadd -- \${(f)"$(${devicesCommand})"}
  _files
}
_dm_remap() {
  local -a verbs=(
${summaries.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe verb verbs
    compadd -- --help --version
    return
  fi
  local verb=$words[2]
  shift words
  ((CURRENT--))
  case $verb in
${cases.join('\n')}
  esac
}
_dm_remap "$@"
`;
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`\'`)}'`;
  const action = (kind: Completes): string => {
    switch (kind) {
      case 'pair':
        return ` -x -a "(dmsetup ls --target remap 2>/dev/null | string replace -r '\\t.*' '')"`;
      case 'device':
        return ` -r -F -a "(${devicesCommand})"`;
      case 'file':
        return ' -r -F';
      case 'nothing':
        return ' -x';
    }
  };
  const lines = verbNames.flatMap((verb) => {
    const { summary, operands } = specOf(verb);
    const within = `-n '__fish_seen_subcommand_from ${verb}'`;
    return [
      `complete -c dm-remap -f -n __fish_use_subcommand -a ${verb} -d ${quoted(summary)}`,
      ...operands
        .filter(({ completes }) => completes !== 'nothing')
        .map(
          ({ completes }) =>
            `complete -c dm-remap ${within}${action(completes).replace(' -r', '').replace(' -x', ' -f')}`,
        ),
      ...optionsOf(verb).map(({ name, value, summary: of, completes = 'nothing' }) => {
        const taken = value === null ? '' : action(completes);
        return `complete -c dm-remap ${within} -l ${name} -d ${quoted(of)}${taken}`;
      }),
    ];
  });
  return `# Completion of dm-remap for fish. Made by scripts/cli/completion.ts.
complete -c dm-remap -f
complete -c dm-remap -n __fish_use_subcommand -l help -l version
${lines.join('\n')}
`;
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, '../../resources/completion');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(completionFiles())) await writeFile(join(folder, name), text);
}
