#!/bin/sh
# prepare.sh DEDUPE: "makes the corpus": writes down what was decided about it. Parameters come on the command line.
set -eu
printf 'dedupe %s\n' "$1" >"$CAIRN_OUT/corpus.txt"
