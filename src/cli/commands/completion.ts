import type { Command } from "commander";
import { Argument } from "commander";
import type { Register } from "../command.ts";
import { examples } from "./shared.ts";

export const registerCompletion: Register = (program, io) => {
  program
    .command("completion")
    .description("print a completion script for your shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      examples("source <(cairn completion bash)", "cairn completion fish > ~/.config/fish/completions/cairn.fish"),
    )
    .action((shell: "bash" | "zsh" | "fish") => {
      const words = wordsOf(program);
      io.out({ bash: bash, zsh: zsh, fish: fish }[shell](words));
    });
};

interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

function wordsOf(program: Command): readonly Words[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((o) => (o.long == null ? [] : [{ long: o.long, description: o.description }])),
  }));
}

function bash(words: readonly Words[]): string {
  const cases = words
    .map((w) => `    ${w.name}) words="${w.options.map((o) => o.long).join(" ")} --help" ;;`)
    .join("\n");
  return `_cairn() {
  local words="" command="\${COMP_WORDS[1]}"
  case "$command" in
${cases}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${words.map((w) => w.name).join(" ")}"; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -f -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -F _cairn cairn ./cairn`;
}

function zsh(words: readonly Words[]): string {
  return `#compdef cairn
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: readonly Words[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = words.flatMap((w) => [
    `complete -c cairn -n __fish_use_subcommand -f -a ${w.name} -d ${quote(w.description)}`,
    ...w.options.map(
      (o) =>
        `complete -c cairn -n '__fish_seen_subcommand_from ${w.name}' -l ${o.long.slice(2)} -d ${quote(o.description)}`,
    ),
  ]);
  return lines.join("\n");
}
