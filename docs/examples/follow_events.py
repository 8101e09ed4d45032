#!/usr/bin/env python3
"""Follows the public events of a deployment and keeps a table of cases: what each stands at, and since when.

    pip install confluent-kafka
    follow_events.py BROKERS [--deployment toono] [--state FILE] [--once]

Prints every new event on a line. The table and the places that were read are kept together in FILE and replaced in
one step, so that after a crash each event counts once: what comes again is not greater than the last of its partition
and is dropped.
"""
import argparse
import json
import os

import confluent_kafka

STATES = {"CaseRegistered": "registered", "CaseDeclined": "declined", "CaseTriaged": "triaged",
          "OrderDispatched": "dispatching", "OrderSigned": "in progress", "ReplyDelivered": "replied",
          "CaseClosed": "closed", "CaseWithdrawn": "withdrawn"}


def place_of(event_id):
    """`partition:seq:index` as numbers that compare as the events stand in their partition."""
    _, seq, index = event_id.split(":")
    return [int(seq), int(index)]


class Follower:
    def __init__(self, path):
        self.path = path
        self.offsets, self.last, self.cases = {}, {}, {}
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.offsets, self.last, self.cases = json.load(file)

    def take(self, message):
        """The event as headers and data, or None where it has been seen before."""
        headers = {name: value.decode() for name, value in message.headers() or []}
        partition, place = str(message.partition()), place_of(headers["ce_id"])
        self.offsets[partition] = message.offset() + 1
        if place <= self.last.get(partition, [0, -1]):
            return None
        self.last[partition] = place
        event = headers["ce_type"].split(".")[1]
        if event in STATES:
            self.cases[headers["ce_subject"]] = [STATES[event], headers["ce_time"]]
        return headers, json.loads(message.value())

    def keep(self):
        if not self.path:
            return
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump([self.offsets, self.last, self.cases], file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)


def main():
    parser = argparse.ArgumentParser(description="follows the public events of a deployment")
    parser.add_argument("brokers")
    parser.add_argument("--deployment", default="toono")
    parser.add_argument("--state", default="", help="where the table and the places are kept")
    parser.add_argument("--once", action="store_true", help="ends at the topic's end")
    typed = parser.parse_args()
    topic = typed.deployment + ".events.v1"
    # The place is kept with the table, not by the group: no commit, and no quiet jump when an offset is gone.
    consumer = confluent_kafka.Consumer({"bootstrap.servers": typed.brokers, "group.id": "follow-events",
                                         "enable.auto.commit": False, "auto.offset.reset": "error",
                                         "enable.partition.eof": True})
    follower = Follower(typed.state)
    try:
        found = consumer.list_topics(topic, timeout=10).topics[topic]
    except confluent_kafka.KafkaException as problem:
        raise SystemExit(f"the events cannot be read: {problem.args[0].str()}") from None
    if found.error:
        raise SystemExit(f"there is no topic {topic}: {found.error.str()}")
    partitions = found.partitions
    places = []
    for partition in partitions:
        low, _ = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, partition), timeout=30)
        places.append(confluent_kafka.TopicPartition(topic, partition, follower.offsets.get(str(partition), low)))
    consumer.assign(places)
    ended = set()
    while not (typed.once and len(ended) == len(partitions)):
        message = consumer.poll(1.0)
        if message is None:
            follower.keep()
        elif message.error() and message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
            ended.add(message.partition())
            follower.keep()
        elif message.error():
            raise SystemExit(f"the events cannot be read: {message.error()}")
        elif event := follower.take(message):
            headers, data = event
            print(headers["ce_id"], headers["ce_type"], headers.get("ce_subject", "-"), headers["ce_time"],
                  json.dumps(data, ensure_ascii=False, separators=(",", ":")), flush=True)
    consumer.close()


if __name__ == "__main__":
    main()
