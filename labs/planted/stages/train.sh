#!/bin/sh
# train.sh OPTIMIZER LR BATCH POSITIONS CONTEXT WARMUP LOG STEPS: "trains": the model is everything that was decided
# about it, a line each, and the seed. Its progress goes to the events file, its one measurement to metrics.json.
set -eu
qk_norm=no
parameters=1000
[ "$qk_norm" = no ] || parameters=$((parameters + 8))
{
  cat "$CAIRN_IN_PREPARE/corpus.txt"
  printf '%s %s\n' optimizer "$1" lr "$2" batch "$3" positions "$4" context "$5" warmup "$6" log "$7" steps "$8"
  printf '%s %s\n' qk_norm "$qk_norm" seed "$CAIRN_SEED"
} >"$CAIRN_OUT/model.txt"
printf '{"type":"progress","done":%s,"total":%s}\n' "$8" "$8" >>"$CAIRN_EVENTS"
printf '{"parameters": %s}\n' "$parameters" >"$CAIRN_OUT/metrics.json"
