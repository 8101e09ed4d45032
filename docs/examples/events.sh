#!/usr/bin/env bash
# The public events of a deployment with kcat alone: one line an event, from the beginning to the end.
#   events.sh BROKERS [DEPLOYMENT] [TYPE]     TYPE: only these, for example OrderDispatched
set -euo pipefail
brokers=${1:?say BROKERS, for example 127.0.0.1:9092} deployment=${2:-toono} type=${3:-}
# %h are the headers as name=value with commas between them, %k the entity, %s the data.
kcat -q -b "$brokers" -t "$deployment.events.v1" -C -o beginning -e -f '%p %o %h %k %s\n' |
  { if [ -n "$type" ]; then grep "ce_type=toono\.$type\.v1," || [ $? -eq 1 ]; else cat; fi; }
