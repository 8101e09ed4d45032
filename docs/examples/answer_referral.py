#!/usr/bin/env python3
"""Plays the partner of a line: takes each referral that was sent to it, and answers received, then accepted.

    pip install confluent-kafka
    answer_referral.py BROKERS LINE [--deployment toono] [--once]        LINE: line_110, line_12309, hospital, ...

A message's id is made from the event that it answers, so that answering twice takes effect once.
"""
import argparse
import json

import confluent_kafka


def answers(event_id, case, data):
    about = {"case_id": case, "referral_id": data["referral_id"]}
    yield {"message_id": event_id + "/received", "says": "received", "receipt": "R-" + event_id, **about}
    yield {"message_id": event_id + "/accepted", "says": "accepted", **about}


def main():
    parser = argparse.ArgumentParser(description="answers the referrals of a line")
    parser.add_argument("brokers")
    parser.add_argument("line")
    parser.add_argument("--deployment", default="toono")
    parser.add_argument("--once", action="store_true", help="ends at the topic's end")
    typed = parser.parse_args()
    topic = f"{typed.deployment}.referral.{typed.line}."
    # A partner that has a group of its own need not keep its place: at worst it answers twice.
    consumer = confluent_kafka.Consumer({"bootstrap.servers": typed.brokers, "group.id": typed.line + "-partner",
                                         "enable.auto.commit": False, "auto.offset.reset": "earliest",
                                         "enable.partition.eof": True})
    producer = confluent_kafka.Producer({"bootstrap.servers": typed.brokers, "enable.idempotence": True})
    try:
        found = consumer.list_topics(topic + "out.v1", timeout=10).topics[topic + "out.v1"]
    except confluent_kafka.KafkaException as problem:
        raise SystemExit(f"the referrals cannot be read: {problem.args[0].str()}") from None
    if found.error:
        raise SystemExit(f"there is no topic {topic}out.v1: {found.error.str()}")
    consumer.subscribe([topic + "out.v1"])
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            if message.error().code() != confluent_kafka.KafkaError._PARTITION_EOF:
                raise SystemExit(f"the referrals cannot be read: {message.error()}")
            if typed.once:
                break
            continue
        headers = {name: value.decode() for name, value in message.headers()}
        if headers["ce_type"] == "toono.ReferralSent.v1":
            for answer in answers(headers["ce_id"], headers["ce_subject"], json.loads(message.value())):
                producer.produce(topic + "in.v1", key=answer["referral_id"], value=json.dumps(answer), partition=0)
                print(answer["says"], answer["referral_id"], flush=True)
            producer.flush()
        consumer.commit(message)
    consumer.close()


if __name__ == "__main__":
    main()
