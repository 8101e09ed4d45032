#!/usr/bin/env python3
"""Proves a journal of Toono without a line of Toono's code, and works out the state of its cases.

    verify_journal.py embedded:DIR                          a directory of segment files (docs/log_format.md)
    verify_journal.py kafka:HOST:PORT[,...] [--deployment toono]     the topics (pip install confluent-kafka)
        [--schemas DIR]       where the .fbs files are (default: schemas/ of this repository)
        [--case ID]...        prints the state of these cases, one JSON line each; a UUID or a case number
        [--cases]             prints the state of every case
        [--expect FILE]       heads that an earlier run, or `toono --json verify`, printed

Without --case it prints {"decisions","heads","void","void_at","inbox_holes","findings"}, as `toono --json verify`
does. Exit 0: the chain is whole; 1: it is not, or a case is not there; 3: it cannot be read. The .fbs files are all
that it knows of the records.
"""
import argparse
import hashlib
import json
import os
import re
import struct
import sys

from toono_records import Damaged, EmbeddedLog, KafkaLog, Row, Schemas

MOST_LISTED = 1000
MOST_BYTES = 256 * 1024


# ---- the rule of the journal

def murmur2(data):
    """As Kafka's Java clients compute it: where an entity lives."""
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    hash_ = 0x9747B28C ^ len(data)
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        hash_ = hash_ * multiplier & mask ^ word
    if rest := data[whole:]:
        hash_ = (hash_ ^ int.from_bytes(rest, "little")) * multiplier & mask
    hash_ = (hash_ ^ hash_ >> 13) * multiplier & mask
    return hash_ ^ hash_ >> 15


class Chain:
    """One partition. A record counts if and only if its prev is the hash of the last that counted and its seq is
    the next."""

    def __init__(self, name):
        self.name, self.genesis, self.seq, self.hash = name, None, 0, ""
        self.next_command, self.decided_at, self.void, self.farthest = 0, 0, 0, 0
        self.broken_behind, self.next_asked = None, None


class Journal:
    def __init__(self, schemas, partitions, one_owner):
        self.schemas, self.one_owner, self.decisions, self.findings = schemas, one_owner, 0, []
        self.chains = [Chain(str(p)) for p in range(partitions - 1)] + [Chain("r")]
        self.commands, self.cases, self.versions = {}, {}, {}
        self.void_at, self.inbox_holes = [], []

    def find(self, chain, seq, problem):
        self.findings.append({"partition": chain.name, "seq": seq, "problem": problem})

    def take(self, topic, partition, offset, data):
        chain, digest = self.chains[partition], hashlib.sha256(data).hexdigest()
        if topic == "inbox":
            self.ask(chain, offset)
            self.commands[partition, offset] = digest
            return
        try:
            kind, body = self.read(data)
        except (ValueError, struct.error, IndexError) as problem:
            kind, body = f"unreadable ({problem})", None
        if offset == 0:
            if kind != "Genesis":
                self.find(chain, 0, "the journal does not begin with a genesis")
                return
            chain.genesis, chain.hash, chain.decided_at = body, digest, body["created_at"]
        elif kind == "Decision" and chain.genesis:
            self.judge(chain, partition, offset, body, digest)
        else:
            # The one owner of an embedded log writes none; on a shared one a stranger may, and it extends nothing.
            self.pass_over(chain, offset)
            if self.one_owner:
                self.find(chain, chain.seq + 1, f"the record at offset {offset} is no decision but {kind}")

    def read(self, data):
        if len(data) > MOST_BYTES:
            raise ValueError("it is larger than a record may be")
        kind, row = Row.root(self.schemas, data, "Record", b"TNJ1").union("body")
        body = {field: row[field] for field in self.schemas.tables[kind]}
        for field, value in body.items():
            if value is None:
                raise ValueError(f"it has no {field}")
        return kind, body

    def ask(self, chain, offset):
        """A transaction leaves holes in an inbox; what was trimmed in front of the first record is none."""
        if chain.next_asked is not None and offset > chain.next_asked and len(self.inbox_holes) < MOST_LISTED:
            self.inbox_holes.append({"partition": chain.name, "offset": chain.next_asked,
                                     "count": offset - chain.next_asked})
        chain.next_asked = offset + 1

    def pass_over(self, chain, offset):
        chain.void += 1
        if len(self.void_at) < MOST_LISTED:
            self.void_at.append({"partition": chain.name, "offset": offset})

    def judge(self, chain, partition, place, decision, digest):
        if decision["seq"] != chain.seq + 1 or decision["prev"] != chain.hash:
            self.pass_over(chain, place)
            chain.farthest = max(chain.farthest, decision["seq"])
            if decision["seq"] > chain.seq + chain.genesis["window"] and chain.broken_behind is None:
                chain.broken_behind = chain.seq
            return
        chain.seq, chain.hash, self.decisions = chain.seq + 1, digest, self.decisions + 1
        offset = decision["command_offset"]
        if offset < chain.next_command or (self.one_owner and offset != chain.next_command):
            self.find(chain, chain.seq, f"it decides command {offset} where {chain.next_command} is next")
        if decision["decided_at"] < chain.decided_at:
            self.find(chain, chain.seq, "its time goes back")
        command = self.commands.pop((partition, offset), None)
        if command is None and self.one_owner:
            self.find(chain, chain.seq, f"the command that it decides, {offset}, is not in the inbox")
        if command not in (None, decision["command_hash"]):
            self.find(chain, chain.seq, "the command that it decides was changed")
        chain.next_command, chain.decided_at = offset + 1, decision["decided_at"]
        if decision["outcome"] == "accepted":
            self.apply(chain, partition, decision)

    def apply(self, chain, partition, decision):
        entity, kind = decision["entity"], decision["entity_kind"]
        if kind not in ("case_file", "contact", "person"):
            return
        home = (murmur2(entity.encode()) & 0x7FFFFFFF) % (len(self.chains) - 1)
        if home != partition:
            self.find(chain, chain.seq, f"its entity lives in partition {home}")
        if decision["entity_version"] != self.versions.get(entity, 0) + 1:
            self.find(chain, chain.seq, "it skips a version of its entity")
        self.versions[entity] = decision["entity_version"]
        if kind == "case_file":
            case = self.cases.setdefault(entity, Case(entity))
            case.version = decision["entity_version"]
            for event in decision["events"]:
                case.apply(*event.union("body"))

    def conclude(self):
        registry = self.chains[-1].genesis
        for chain in self.chains:
            if chain.genesis is None:
                self.find(chain, 0, "the partition has no genesis")
                continue
            for field in ("log_id", "partitions", "window", "created_at", "simulated", "schema_version"):
                if registry is None or chain.genesis[field] != registry[field]:
                    self.find(chain, 0, f"its genesis does not follow from the registry's: {field}")
            if chain.broken_behind is not None or chain.farthest > chain.seq:
                last = chain.seq if chain.broken_behind is None else chain.broken_behind
                self.find(chain, last + 1, f"records up to {chain.farthest} do not extend the chain")

    def expect(self, heads, hashes):
        for chain in self.chains:
            seq, _, digest = heads.get(chain.name, "0:").partition(":")
            if digest and hashes.get((chain.name, int(seq))) != digest:
                self.find(chain, int(seq), "the chain does not have the expected head: cut, or made anew")

    def report(self):
        return {"decisions": self.decisions, "heads": {c.name: f"{c.seq}:{c.hash}" for c in self.chains},
                "void": sum(c.void for c in self.chains), "void_at": self.void_at,
                "inbox_holes": self.inbox_holes, "findings": self.findings}


# ---- what events make of a case: its status, and that of its orders and referrals

OVER = ("accepted", "returned", "recalled", "superseded")
CASE_STATUS = {"CaseRegistered": "registered", "CaseDeclined": "declined", "CaseAnsweredOnSpot": "replied",
               "CaseTriaged": "triaged", "ReplyDelivered": "replied", "ReworkOrdered": "rework",
               "CaseClosed": "closed", "CaseReopened": "triaged", "CaseWithdrawn": "withdrawn"}
ORDER_STATUS = {"OrderSigned": "signed", "OrderReturnAsked": "return_asked", "OrderReturnUpheld": "returned",
                "OrderReturnRefused": "dispatched", "ResultSubmitted": "submitted",
                "ResultAccepted": "accepted", "ResultSentBack": "handling", "OrderRecalled": "recalled"}
REFERRAL_STATUS = {"ReferralSent": "sent", "ReferralDelivered": "delivered", "ReferralReceived": "received",
                   "ReferralAccepted": "accepted", "ReferralRefused": "refused",
                   "ReferralInterimReported": "interim", "ReferralOutcomeReported": "outcome",
                   "ReferralLoopClosed": "loop_closed", "ReferralRecalled": "recalled"}


class Case:
    def __init__(self, entity):
        self.id, self.number, self.status, self.version = entity, "", "none", 0
        self.orders, self.referrals, self.delegated_from = {}, {}, {}

    def add_order(self, order, station, role, tier="none"):
        self.orders[order] = {"id": order, "station": station, "role": role, "tier": tier,
                              "status": "dispatched"}

    def give_back(self, child):
        """A delegated order that ended gives the work back to the order it came from."""
        parent = self.orders.get(self.delegated_from.get(child))
        if parent and parent["status"] == "delegated":
            parent["status"] = "handling"

    def apply(self, event, body):
        self.status = CASE_STATUS.get(event, self.status)
        if event == "CaseRegistered":
            self.number = body["number"]
        elif event == "ReferralPrepared":
            referral = body["referral_id"]
            self.referrals[referral] = {"id": referral, "line": body["line"], "status": "prepared"}
        elif event in REFERRAL_STATUS and body["referral_id"] in self.referrals:
            self.referrals[body["referral_id"]]["status"] = REFERRAL_STATUS[event]
        elif event == "OrderDispatched":
            # An order that an escalation or a delegation announced is filled in; any other is a new dispatch.
            if body["order_id"] not in self.orders:
                self.status = "dispatching"
            self.add_order(body["order_id"], body["station"], body["role"], body["tier"])
        elif "order_id" in body.schemas.tables[event] and body["order_id"] in self.orders:
            self.change_order(event, body, self.orders[body["order_id"]])

    def change_order(self, event, body, order):
        order["status"] = ORDER_STATUS.get(event, order["status"])
        lead = order["role"] == "lead"
        if event == "OrderSigned" and lead:
            self.status = "in_progress"
        elif event == "CallerFirstContacted" and order["status"] == "signed":
            order["status"] = "handling"
        elif event == "OrderDelegated":
            order["status"] = "delegated"
            self.add_order(body["child"], body["station"], "delegated")
            self.delegated_from[body["child"]] = order["id"]
        elif event == "OrderEscalated":
            for other in self.orders.values():
                if other["status"] not in OVER or other is order:
                    other["status"] = "superseded"
            self.add_order(body["successor"], body["station"], "lead")
            self.status = "dispatching"
        elif event in ("OrderReturnUpheld", "OrderRecalled"):
            self.status = "triaged" if lead else self.status
            self.give_back(order["id"])
        elif event == "ResultAccepted":
            self.status = "awaiting_reply" if lead else self.status
            self.give_back(order["id"])

    def report(self):
        return {"case": self.id, "number": self.number, "state": self.status, "version": self.version,
                "orders": list(self.orders.values()), "referrals": list(self.referrals.values())}


def case_name(typed):
    """Said before all is read: what can be neither a UUID nor a case number."""
    if not re.fullmatch("[0-9]{10,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", typed.lower()):
        raise argparse.ArgumentTypeError(f"{typed} is neither a UUID nor a case number")
    return typed.lower()


def main():
    parser = argparse.ArgumentParser(description="proves a journal and works out its cases")
    parser.add_argument("source", help="embedded:DIR or kafka:HOST:PORT[,...]")
    parser.add_argument("--deployment", default="toono", help="on Kafka: what the topics' names begin with")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--schemas", default=os.path.join(here, "..", "..", "schemas"),
                        help="where the .fbs files are")
    parser.add_argument("--case", action="append", default=[], type=case_name, metavar="ID",
                        help="print the state of this case (UUID or case number); may be said more than once")
    parser.add_argument("--cases", action="store_true", help="print the state of every case")
    parser.add_argument("--expect", metavar="FILE", help="heads that an earlier run, or `toono --json verify`, printed")
    typed = parser.parse_args()
    kind, _, place = typed.source.partition(":")
    log = KafkaLog(place, typed.deployment) if kind == "kafka" else EmbeddedLog(place)
    journal, hashes = Journal(Schemas(typed.schemas), log.partitions, kind != "kafka"), {}
    for topic, partition, offset, data in log.records():
        journal.take(topic, partition, offset, data)
        if typed.expect and topic == "journal":
            chain = journal.chains[partition]
            hashes[chain.name, chain.seq] = chain.hash
    journal.conclude()
    if typed.expect:
        with open(typed.expect, encoding="utf-8") as file:
            kept = json.load(file)
        journal.expect(kept.get("heads", kept), hashes)
    if not typed.case and not typed.cases:
        print(json.dumps(journal.report()))
    by_name = journal.cases | {case.number: case for case in journal.cases.values()}
    missing = [case for case in typed.case if case not in by_name]
    for case in typed.case if not typed.cases else sorted(journal.cases):
        if case in by_name:
            print(json.dumps(by_name[case].report()))
    for finding in journal.findings:
        place = f"partition {finding['partition']}, record {finding['seq']}"
        print(f"{place}: {finding['problem']}", file=sys.stderr)
    for case in missing:
        print(f"there is no case {case} in this journal", file=sys.stderr)
    return 1 if journal.findings or missing else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Damaged as problem:
        print(f"the log is damaged: {problem}", file=sys.stderr)
        sys.exit(1)
    except OSError as problem:
        print(f"the log cannot be read: {problem}", file=sys.stderr)
        sys.exit(3)
