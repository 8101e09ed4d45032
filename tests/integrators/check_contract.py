#!/usr/bin/env python3
"""Holds public events, a JSON line each, against the contract that the build wrote: check_contract.py CONTRACT <LINES

Stricter than a consumer should be: a field that the schema does not name is an error here. Prints how many events and
types were good.
"""
import collections
import json
import pathlib
import sys

import jsonschema


def closed(schema):
    """The schema with every object closed."""
    if isinstance(schema, dict):
        kept = {key: closed(value) for key, value in schema.items()}
        if kept.get("type") == "object":
            kept["additionalProperties"] = False
        return kept
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


def main():
    contract = pathlib.Path(sys.argv[1])
    validators, types = {}, collections.Counter()
    headers = json.loads((contract / "asyncapi.json").read_text())["components"]["messageTraits"]["cloudEvent"]["headers"]
    headers = jsonschema.Draft202012Validator(closed(headers))
    for path in (contract / "events").glob("*.schema.json"):
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        validators[schema["$id"]] = jsonschema.Draft202012Validator(closed(schema), format_checker=checker)
    partner = json.loads((contract / "partner" / "message.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(partner)
    for line in sys.stdin:
        event = json.loads(line)
        data = event.pop("data")
        sent = {"content-type": event.pop("datacontenttype"), **{"ce_" + name: value for name, value in event.items()}}
        for error in [*headers.iter_errors(sent), *validators[event["dataschema"]].iter_errors(data)]:
            sys.exit(f"{event['id']} {event['type']}: {error.message}")
        types[event["type"]] += 1
    print(json.dumps({"events": sum(types.values()), "types": len(types), "schemas": len(validators)}))


if __name__ == "__main__":
    main()
