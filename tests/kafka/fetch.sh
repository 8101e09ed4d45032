#!/usr/bin/env bash
# Puts the jars of an Apache Kafka broker where the tests look for them; prints that directory.
#   tests/kafka/fetch.sh [VERSION]     default $TOONO_KAFKA_VERSION, or 4.1.1; the second leg is 3.9.1
# They stand in $TOONO_KAFKA_CACHE (default ~/.cache/toono), one directory a version, and are fetched once.
set -euo pipefail
version=${1:-${TOONO_KAFKA_VERSION:-4.1.1}}
cache=${TOONO_KAFKA_CACHE:-${HOME:-/root}/.cache/toono}
here=$(cd "$(dirname "$0")" && pwd)
stop() { printf 'toono: %s\n' "$*" >&2; exit 3; }

case $version in
  4.*) profile=kafka-4 ;;
  3.*) profile=kafka-3 ;;
  *) stop "Kafka $version is not known here: name a 4.x or 3.x version, as in $here/fetch.sh 4.1.1" ;;
esac
command -v java >/dev/null || stop "there is no java: install default-jdk-headless (17 or newer), then start again"
lib=$cache/kafka-$version
if [ ! -e "$lib/complete" ]; then
  command -v mvn >/dev/null || stop "the broker of the tests must be fetched and there is no mvn: install maven"
  mkdir -p "$cache"
  new=$(mktemp -d "$cache/fetching.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  printf '== fetching Apache Kafka %s for the tests into %s\n' "$version" "$lib" >&2
  mvn --batch-mode --quiet -f "$here/pom.xml" -P "$profile" -Dkafka.version="$version" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new" >&2 ||
    stop "Apache Kafka $version could not be fetched from Maven Central: is the network there? A directory with its jars and an empty file 'complete' at $lib does too"
  ls "$new"/kafka_2.13-"$version".jar >/dev/null || stop "maven ended well but brought no kafka_2.13-$version.jar"
  touch "$new/complete"
  # Somebody else may have been quicker: theirs is as good.
  mv -T "$new" "$lib" 2>/dev/null || [ -e "$lib/complete" ] || stop "$new could not be moved to $lib"
fi
printf '%s\n' "$lib"
