#include "app/completion.h"

#include <vector>

namespace glyphd {
namespace {

struct Word {
  std::string text;
  std::string help;
};

// What may stand after a command.
struct Level {
  std::string path;  // "glyphd keys create"
  std::vector<Word> commands;
  std::vector<Word> flags;
};

std::vector<const CLI::App*> ChildrenOf(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<Word> FlagsOf(const CLI::App& command) {
  std::vector<Word> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      flags.push_back({"--" + name, option->get_description()});
    }
  }
  return flags;
}

void CollectLevels(const CLI::App& command, const std::string& path, std::vector<Level>& levels) {
  Level level{path, {}, FlagsOf(command)};
  for (const CLI::App* child : ChildrenOf(command)) {
    level.commands.push_back({child->get_name(), child->get_description()});
  }
  levels.push_back(std::move(level));
  for (const CLI::App* child : ChildrenOf(command)) {
    CollectLevels(*child, path + " " + child->get_name(), levels);
  }
}

std::string Join(const std::vector<Word>& words) {
  std::string joined;
  for (const Word& word : words) joined += (joined.empty() ? "" : " ") + word.text;
  return joined;
}

// Inside single quotes, where only a single quote is special; both shells take '\''.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string CasesOf(const std::vector<Level>& levels) {
  std::string cases;
  for (const Level& level : levels) {
    cases += "    " + Quoted(level.path) + ") commands=" + Quoted(Join(level.commands)) +
             " flags=" + Quoted(Join(level.flags)) + " ;;\n";
  }
  return cases;
}

// A shell function, the same in bash and zsh, that sets `commands` and `flags` to what may follow.
std::string WordsFunction(const std::vector<Level>& levels) {
  return "_glyphd_words() {\n"
         "  case \"$1\" in\n" +
         CasesOf(levels) +
         "    *) commands='' flags='' ;;\n"
         "  esac\n"
         "}\n";
}

// Finds the level by walking the words before the cursor: a word that is a command there leads on.
std::string BashScript(const std::vector<Level>& levels) {
  return WordsFunction(levels) +
         "_glyphd() {\n"
         "  local path=glyphd commands flags word\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  _glyphd_words \"$path\"\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \" $commands \" in *\" $word \"*)\n"
         "      path=\"$path $word\"\n"
         "      _glyphd_words \"$path\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$current\" in\n"
         "    -*) mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$current\") ;;\n"
         "    *) mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$current\") ;;\n"
         "  esac\n"
         "}\n"
         "complete -o default -F _glyphd glyphd\n";
}

std::string ZshScript(const std::vector<Level>& levels) {
  return "#compdef glyphd\n" + WordsFunction(levels) +
         "_glyphd() {\n"
         "  local path_here=glyphd commands flags word\n"
         "  _glyphd_words \"$path_here\"\n"
         "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
         "    if [[ \" $commands \" == *\" $word \"* ]]; then\n"
         "      path_here=\"$path_here $word\"\n"
         "      _glyphd_words \"$path_here\"\n"
         "    fi\n"
         "  done\n"
         "  if [[ \"${words[CURRENT]}\" == -* ]]; then\n"
         "    compadd -- ${=flags}\n"
         "  elif [[ -n \"$commands\" ]]; then\n"
         "    compadd -- ${=commands}\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "compdef _glyphd glyphd\n";
}

// The commands after the program's own name: "keys create".
std::string CommandsIn(const std::string& path) {
  const std::size_t space = path.find(' ');
  return space == std::string::npos ? "" : path.substr(space + 1);
}

std::string FishScript(const std::vector<Level>& levels) {
  std::string script =
      "function __glyphd_at\n"
      "  set -l words (string match --invert -- '-*' (commandline -opc)[2..])\n"
      "  set -l wanted (string split --no-empty ' ' -- $argv[1])\n"
      "  test (count $wanted) -eq 0; and test (count $words) -eq 0; and return 0\n"
      "  test (count $wanted) -gt 0; or return 1\n"
      "  test \"$words[1..\"(count $wanted)\"]\" = \"$wanted\"\n"
      "end\n";
  for (const Level& level : levels) {
    const std::string start =
        "complete -c glyphd -n " + Quoted("__glyphd_at \"" + CommandsIn(level.path) + "\"");
    for (const Word& word : level.commands) {
      script += start + " -f -a " + Quoted(word.text) + " -d " + Quoted(word.help) + "\n";
    }
    for (const Word& word : level.flags) {
      script += start + " -l " + Quoted(word.text.substr(2)) + " -d " + Quoted(word.help) + "\n";
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(const CLI::App& root, const std::string& shell) {
  std::vector<Level> levels;
  CollectLevels(root, root.get_name(), levels);
  if (shell == "zsh") return ZshScript(levels);
  return shell == "fish" ? FishScript(levels) : BashScript(levels);
}

}  // namespace glyphd
