// The scripts that make a shell ask Plinth what may come next. They know no command themselves.

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

// Each line of an answer is a word, a tab and what it means.

const BASH = `# tab completion of plinth for bash
_plinth_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" word kept found
  local -a words
  read -r -a words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  word="\${words[\${#words[@]}-1]}"
  # bash replaces only what stands behind the last of these characters.
  kept="\${word%"\${word##*[:@=]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r found _; do
    [[ "$found" == "$word"* ]] && COMPREPLY+=("\${found#"$kept"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _plinth_complete plinth
`;

const ZSH = `#compdef plinth
# tab completion of plinth for zsh
_plinth_complete() {
  local line word
  local -a found
  while IFS= read -r line; do
    word="\${line%%$'\\t'*}"
    found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe 'plinth' found
  else
    _files
  fi
}
compdef _plinth_complete plinth
`;

const FISH = `# tab completion of plinth for fish
function __plinth_complete
    set -l words (commandline -opc) (commandline -ct)
    command $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c plinth -f -a '(__plinth_complete)'
complete -c plinth -s c -l config -r -F
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
