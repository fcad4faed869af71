#!/bin/sh
# Every sentence of the README, and of what reeve(1) says about security, is held by a test that is there.
. "${0%/*}/../lib.sh"

cat >promises.py <<'END'
import os, re, sys

root = sys.argv[1]
problems = []

def read(path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()

# Words and nothing else: how they are set, by Markdown or mdoc, says nothing.
def words(text):
    return re.findall(r"[^\W\d]\w*", re.sub(r"['’]", "", text))

def readme_words():
    text = read("README.md")
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)  # readme.sh runs it
    text = re.sub(r"^ {4}.*$", "", text, flags=re.M)
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    return words(re.sub(r"\]\([^)]*\)", "", text))

def security_words():
    text = read("contrib/man/reeve.1").split("\n.Sh SECURITY CONSIDERATIONS\n")[1].split("\n.Sh ")[0]
    return words(re.sub(r"^\.[A-Z]\w( -bullet -width Ds)?", "", text, flags=re.M))

texts = {"README.md": readme_words(), "contrib/man/reeve.1": security_words()}

def look_for(holder):
    path, _, test = holder.partition(":")
    if not os.path.isfile(os.path.join(root, path)):
        problems.append(f"{path} is not there")
    elif test and f"static void {test}(" not in read(path):
        problems.append(f"{path} has no test {test}")

# Longer pieces first: a short one may be part of a long one.
def take_out(pieces, text, name):
    rest = " " + " ".join(text) + " "
    for piece in sorted(pieces, key=lambda p: -len(p)):
        wanted = " " + " ".join(words(piece)) + " "
        if wanted not in rest:
            problems.append(f"{name} does not say: {piece}")
        rest = rest.replace(wanted, " | ", 1)
    for left in rest.split("|"):
        if left.strip():
            problems.append(f"{name}: nobody holds: {left.strip()}")

pieces, name, held = {name: [] for name in texts}, None, True
for line in read("tests/promises").splitlines() + ["# "]:
    if line.startswith("    "):
        held = True
        if not line.startswith("    - "):
            look_for(line.strip())
    elif line and (name or line.startswith("# ")):
        if not held:
            problems.append(f"nobody is named for: {pieces[name][-1]}")
        held = line.startswith("# ")
        if held:
            name = line[2:]
        else:
            pieces[name].append(line)
for name, text in texts.items():
    take_out(pieces[name], text, name)
print("\n".join(problems))
END
assert_equal '' "$(python3 promises.py "$root")" 'what is wrong with tests/promises'
